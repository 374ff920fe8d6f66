"""What every room of the workbench receives and returns, and rendering of its HTML macros."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.core.html import Templates, draw_icon
from app.services.workbench import Workbench
from app.ui.theme import ICONS
from app.ui.words import RoomTexts, Words, room_texts, words

FOLDER = Path(__file__).parent / "templates"


def _draw(name: str) -> str:
    path = ICONS / f"{name}.svg"
    return draw_icon(path) if path in _DRAWINGS else ""


_DRAWINGS = frozenset(ICONS.glob("*.svg"))
TEMPLATES = Templates(FOLDER, {"icon": _draw})


def sparkline(values: Sequence[float]) -> str:
    """Points of a line in a box of 100 x 36, oldest value first; empty for fewer than two."""
    if len(values) < 2:
        return ""
    top, step = max(*values, 1e-9), 100 / (len(values) - 1)
    return " ".join(f"{at * step:.2f},{34 - 32 * value / top:.2f}" for at, value in enumerate(values))


def render(macro: str, /, **values: Any) -> str:
    """`macro` names template and macro, as in `monitor.queue`. Other macros take the result unescaped."""
    template, _, name = macro.partition(".")
    return TEMPLATES.render_macro(f"{template}.j2", name, **values)


QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}
"""How most events of the rooms are listened to."""

CLICKS = """
element.addEventListener('click', (event) => {
  const found = event.target.closest('[data-pick]');
  if (found) trigger('click', {pick: found.dataset.pick});
});
"""
"""A click on whatever carries `data-pick` is an event with that as its data."""


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

    @property
    def texts(self) -> RoomTexts:
        return room_texts(self.language, self.key)

    def describe_problem(self, error: CallCenterError) -> str:
        return self.texts.describe_problem(error)

    def render_problem(self, error: CallCenterError) -> str:
        return render("shared.problem", sentence=self.describe_problem(error))
