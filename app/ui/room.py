"""What every room of the workbench is given, and gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from html import escape
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.services.workbench import Workbench
from app.ui.words import Words, told, words


class Room(ABC):
    """One tab in one language. `key` names its file of words, its tab and its place in the address."""

    key: str

    def __init__(self, bench: Workbench, language: str) -> None:
        self.bench = bench
        self.language = language

    @property
    def words(self) -> Words:
        return words(self.language, self.key)

    @abstractmethod
    def build(self) -> None:
        """Lay out the components and their events; called inside the room's tab."""

    def arrive(self, page: gr.Blocks, tab: gr.Tab) -> None:  # noqa: B027  (most rooms need nothing here)
        """Events of the page and of the tab: what a visitor finds after a (re)load."""

    def offered(self, name: str) -> Any:
        """A word of the frame, which all rooms share."""
        return words(self.language, "frame")[name]

    def told(self, error: CallCenterError) -> str:
        """A sentence in the page's language: the room's own where it has one."""
        return told(error, self.language, self.words.get("problems"))

    def problem(self, error: CallCenterError) -> str:
        """The same, as HTML."""
        return f'<p class="cc-problem" role="alert">{escape(self.told(error))}</p>'
