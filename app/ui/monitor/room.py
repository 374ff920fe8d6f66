"""The monitor: live dialogs, who waits for a person, what waits for a decision, and taking part.

The parts of the page that change by themselves. The page asks, and waits until there is news.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import gradio as gr

from app.core.exceptions import CallCenterError
from app.services.operators.views import Board, OpenDialog
from app.services.workbench import Workbench
from app.ui.monitor.actions import Acts, PanelPoll
from app.ui.monitor.layout import layout
from app.ui.monitor.panels import approvals_part, dialog_part, dialogs_part, queue_part
from app.ui.monitor.words import MonitorTexts
from app.ui.request import admit
from app.ui.room import Room, empty

Json = dict[str, Any]
WAIT = 25.0  # seconds until the page is answered even without news: waiting times grow
PAUSE, LONGEST = 500, 10_000  # milliseconds between two questions of a page


@dataclass
class Live:
    bench: Workbench
    said: MonitorTexts
    _waiting: dict[str, asyncio.Task[int]] = field(default_factory=dict)

    async def watch(self, given: Json) -> Json:
        """Parts whose mark differs from what the page has, and the dialog that the last two of them show.

        `version` is to ask with the next time.
        """
        try:
            asked = PanelPoll.of(given)
            admit(self.bench.settings, asked.key)
            await self._news(asked)
            board = await self.bench.monitor.board(asked.query, asked.language, self.said.language)
        except CallCenterError as error:
            return {"locked": self.said.problem(error), "pause": LONGEST}
        opened, problem = await self._opened(asked.dialog)
        parts = self._parts(board, asked, opened, problem)
        return {
            "version": board.version,
            "pause": PAUSE,
            "state": _state(opened, asked.operator),
            "dialog": opened.dialog.dialog_id if opened else "",
            "customer": opened.dialog.customer_id if opened else "",
            "parts": {name: part for name, part in parts.items() if asked.have.get(name) != part["mark"]},
        }

    async def _news(self, asked: PanelPoll) -> None:
        """A later question of the same page ends the wait of the one before; a first one does not wait."""
        if before := self._waiting.pop(asked.page, None):
            before.cancel()
        if not asked.version:
            return
        wait = asyncio.create_task(self.bench.monitor.changes.after(asked.version, WAIT))
        self._waiting[asked.page] = wait
        try:
            await asyncio.wait([wait])
        finally:
            wait.cancel()
            if self._waiting.get(asked.page) is wait:
                del self._waiting[asked.page]

    async def _opened(self, dialog_id: str) -> tuple[OpenDialog | None, str]:
        if not dialog_id:
            return None, ""
        try:
            return await self.bench.monitor.open(dialog_id, self.said.language), ""
        except CallCenterError as error:
            return None, self.said.problem(error)

    def _parts(self, board: Board, asked: PanelPoll, opened: OpenDialog | None, problem: str) -> Json:
        shown = dialog_part(opened, self.said) if opened else self._nothing(problem)
        made = {
            "queue": queue_part(board.queue, board.counted_at, self.said),
            "approvals": approvals_part(board.approvals, self.said),
            "dialogs": dialogs_part(board.dialogs, self.said, asked.narrowed),
            **shown,
        }
        return {name: {"html": html, "mark": str(crc32(html.encode()))} for name, html in made.items()}

    def _nothing(self, problem: str) -> dict[str, str]:
        return {"about": empty(problem or self.said.words["choose"]), "lines": ""}


def _state(opened: OpenDialog | None, operator: str) -> str:
    """Decides which acts the page offers."""
    if opened is None:
        return "none"
    if opened.dialog.status == "closed":
        return "closed"
    if opened.held_by is None:
        return "open"
    return "mine" if opened.held_by == operator else "other"


START = "cc.monitor.start(element, server);"


class MonitorRoom(Room):
    """The page asks `watch` for what has changed and waits; what a person does goes to `act`."""

    key = "monitor"

    @property
    def said(self) -> MonitorTexts:
        return MonitorTexts(self.language, self.words, self.offered("agents"))

    def build(self) -> None:
        live, acts = Live(self.bench, self.said), Acts(self.bench, self.said)

        async def watch(asked: Json) -> Json:
            return await live.watch(asked)

        async def act(asked: Json) -> Json:
            return await acts.act(asked)

        gr.HTML(
            layout(self.bench, self.said),
            elem_id="cc-monitor",
            server_functions=[watch, act],
            js_on_load=START,
            apply_default_css=False,
        )
