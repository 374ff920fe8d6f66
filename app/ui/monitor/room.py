"""The monitor: live dialogs, the queue for a person, approvals, and an operator's part in a dialog.

The page polls for parts that have changed; a poll waits until there is news.
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
from app.ui.monitor.actions import OperatorActions, PanelPoll
from app.ui.monitor.opened import render_dialog
from app.ui.monitor.panels import (
    Viewer,
    count_waiting,
    monitor_texts,
    render_approvals,
    render_dialogs,
    render_page,
    render_queue,
)
from app.ui.request import admit
from app.ui.room import Room, render
from app.ui.words import RoomTexts

Json = dict[str, Any]
WAIT = 25.0  # seconds until the page is answered even without news: waiting times grow
PAUSE, LONGEST = 500, 10_000  # milliseconds between two questions of a page


@dataclass
class PanelUpdates:
    bench: Workbench
    texts: RoomTexts
    _waiting: dict[str, asyncio.Task[int]] = field(default_factory=dict)

    async def watch(self, given: Json) -> Json:
        """The parts whose mark differs from that of the page, and the dialog that the last two of them show.

        The page sends `version` with its next poll.
        """
        try:
            asked = PanelPoll.of(given)
            asked = asked.signed(admit(self.bench.access, asked.key))
            await self._wait_for_news(asked)
            board = await self.bench.monitor.board(asked.query, asked.language, self.texts.language)
        except CallCenterError as error:
            return {"locked": self.texts.describe_problem(error), "pause": LONGEST}
        opened, problem = await self._open(asked.dialog)
        parts = self._parts(board, asked, opened, problem)
        return {
            "version": board.version,
            "pause": PAUSE,
            "state": _state(opened, asked.operator),
            "dialog": opened.dialog.dialog_id if opened else "",
            "customer": (opened.name or opened.dialog.customer_id) if opened else "",
            "waiting": count_waiting(board.queue),
            "parts": {name: part for name, part in parts.items() if asked.have.get(name) != part["mark"]},
        }

    async def _wait_for_news(self, asked: PanelPoll) -> None:
        """A later poll of the same page ends the wait of the one before; the first poll does not wait."""
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

    async def _open(self, dialog_id: str) -> tuple[OpenDialog | None, str]:
        if not dialog_id:
            return None, ""
        try:
            return await self.bench.monitor.open(dialog_id, self.texts.language), ""
        except CallCenterError as error:
            return None, self.texts.describe_problem(error)

    def _parts(self, board: Board, asked: PanelPoll, opened: OpenDialog | None, problem: str) -> Json:
        parts = {
            "queue": render_queue(
                board.queue, board.counted_at, self.texts, board.names, Viewer(asked.operator, asked.dialog)
            ),
            "approvals": render_approvals(board.approvals, self.texts, board.names),
            "dialogs": render_dialogs(board.dialogs, asked.narrowed, self.texts, board.names),
            **(render_dialog(opened, board.approvals, self.texts) if opened else self._no_dialog(problem)),
        }
        return {name: {"html": html, "mark": str(crc32(html.encode()))} for name, html in parts.items()}

    def _no_dialog(self, problem: str) -> dict[str, str]:
        sentence = problem or self.texts.words["choose"]
        return {"about": render("shared.empty", sentence=sentence, icon="message-square-text"), "lines": ""}


def _state(opened: OpenDialog | None, operator: str) -> str:
    """Decides which actions the page offers."""
    if opened is None:
        return "none"
    if opened.dialog.status == "closed":
        return "closed"
    if opened.held_by is None:
        return "open"
    return "mine" if opened.held_by == operator else "other"


START = "cc.monitor.start(element, server);"


class MonitorRoom(Room):
    """The page polls `watch`; what a person does goes to `act`."""

    key = "monitor"

    @property
    def texts(self) -> RoomTexts:
        return monitor_texts(self.language)

    def build(self) -> None:
        updates, actions = PanelUpdates(self.bench, self.texts), OperatorActions(self.bench, self.texts)
        keyed = self.bench.access.asks_for_key

        async def watch(asked: Json) -> Json:
            return await updates.watch(asked)

        async def act(asked: Json) -> Json:
            return await actions.act(asked)

        gr.HTML(
            render_page(self.bench.agents, keyed, self.texts),
            elem_id="cc-monitor",
            server_functions=[watch, act],
            js_on_load=START,
            apply_default_css=False,
        )
