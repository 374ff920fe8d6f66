"""What every room of the workbench is given, and gives.

Small pieces of HTML that all rooms share. What they are given is text; it is escaped here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from html import escape
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.core.palette import colour_of
from app.services.workbench import Workbench
from app.ui.words import Words, told, words

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}
"""How most events of the rooms are listened to."""


def badge(agent: str | None, agents: Mapping[str, str]) -> str:
    """A dot in the agent's colour and its name in the page's language (`agents` of the frame's words)."""
    name = agent or "—"
    dot = f'<i style="background:{colour_of(name)}" aria-hidden="true"></i>'
    return f'<span class="cc-agent">{dot}<span>{escape(str(agents.get(name, name)))}</span></span>'


def empty(sentence: str) -> str:
    """Nothing to show: what it is and what to do next."""
    return f'<p class="cc-empty">{escape(sentence)}</p>'


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
