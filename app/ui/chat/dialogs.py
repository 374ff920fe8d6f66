"""The list of a customer's dialogs, and the export of the open one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.core.ports import DialogQuery
from app.core.text import shorten
from app.services.dialogs.branching import SUPERSEDED
from app.services.dialogs.views import RowView, to_json, to_markdown
from app.services.workbench import Workbench
from app.ui.chat.screen import Screen
from app.ui.request import sender
from app.ui.room import CLICKS, QUIET, render
from app.ui.words import RoomTexts

TYPES = {"json": "application/json", "md": "text/markdown"}
SAVE = "(name, type, text) => { if (name) anSave(name, type, text); }"


class Export:
    """The browser makes the file of the text: nothing of it stays on the server."""

    def __init__(self, bench: Workbench, texts: RoomTexts) -> None:
        self.bench = bench
        self.texts = texts
        self.words = texts.words

    def build(self) -> list[gr.Button]:
        """In the order of TYPES; disabled while no dialog is open."""
        words = self.words
        with gr.Row(elem_id="cc-export"):
            gr.HTML(render("chat.label", text=words["export"]))
            self.buttons = [
                gr.Button(
                    words[f"export_{kind}"],
                    size="sm",
                    min_width=80,
                    interactive=False,
                    elem_id=f"cc-export-{kind}",
                )
                for kind in TYPES
            ]
        self.file = [gr.Textbox(visible=False) for _ in range(3)]
        return self.buttons

    def wire(self, screen: Screen) -> None:
        for kind, button in zip(TYPES, self.buttons, strict=True):
            write = partial(self.write, kind, screen)
            button.click(write, screen.dialog, [*self.file, screen.notice], **QUIET).success(
                None, self.file, None, js=SAVE, api_visibility="private"
            )

    async def write(self, kind: str, screen: Screen, name: str) -> dict[Any, Any]:
        """(name, type, text) of the file; without a name where the dialog cannot be read."""
        try:
            view = await self.bench.dialogs.view(name)
            await self.bench.record("dialog.exported", name, sender())
        except CallCenterError as error:
            return {self.file[0]: "", **screen.show_notice(self.texts.describe_problem(error))}
        text = to_json(view) if kind == "json" else to_markdown(view, dict(self.texts.agents))
        file = (f"dialog-{name[:8]}.{kind}", TYPES[kind], text)
        return dict(zip(self.file, file, strict=True))


STATES = {"active": "good", "branch": "good", "person": "person", "waiting": "person"}
"""How the tag of a state looks; the others are grey."""
SHOWN = 30
LONG = 60
REMEMBERED = 5000
"""Dialogs of which it is remembered whether they are branches."""


@dataclass(frozen=True)
class ShownRow:
    """`kind` is how the tag of the state looks; `branch` draws one beside it."""

    id: str
    title: str
    agent: str
    when: str
    state: str
    kind: str
    branch: bool
    open: bool


class SavedDialogs:
    def __init__(self, bench: Workbench, texts: RoomTexts) -> None:
        self.bench = bench
        self.texts = texts
        self.words = texts.words
        self._branches: dict[tuple[str, str], str] = {}

    def build(self) -> None:
        words = self.words
        self.search = gr.Textbox(
            label=words["search"], placeholder=words["search_hint"], elem_id="cc-search", max_lines=1,
            show_label=False,
        )  # fmt: skip
        self.list = gr.HTML(elem_id="cc-saved", js_on_load=CLICKS)
        self.note = gr.HTML(elem_id="cc-saved-told")

    @property
    def parts(self) -> list[Any]:
        return [self.list, self.note]

    async def list_dialogs(self, customer: str | None, search: str, chosen: str) -> dict[Any, Any]:
        """Latest change first; nothing while no customer is chosen."""
        query = DialogQuery(limit=SHOWN, customer_id=customer or "", text=(search or "").strip() or None)
        try:
            page = await self.bench.dialogs.find(query)
        except CallCenterError as error:
            return {self.note: render("shared.empty", sentence=self.texts.describe_problem(error))}
        rows = [await self._show(row, chosen) for row in page.dialogs]
        note = self._note(bool(rows), bool(query.text), page.next_cursor is not None)
        return {self.list: render("chat.saved", rows=rows, t=self.texts) if rows else "", self.note: note}

    def _note(self, found: bool, searched: bool, more: bool) -> str:
        if found and not more:
            return ""
        key = "too_many" if found else "nothing_found" if searched else "nothing_saved"
        return render("shared.empty", sentence=self.words[key].format(count=SHOWN))

    async def _show(self, row: RowView, chosen: str) -> ShownRow:
        """How it began; who serves, in which state, when."""
        line = " ".join(row.subject.split()) or self.words["blank"]
        branch = await self._branch(row)
        state = self._state(row, branch)
        return ShownRow(
            id=row.dialog_id,
            title=shorten(line, LONG),
            agent=self.texts.agent(row.assigned_agent),
            when=self.texts.moment(row.updated_at).replace(" ", "\u00a0"),
            state=self.words["states_of"][state],
            kind=STATES.get(state, ""),
            branch=bool(branch),
            open=row.dialog_id == chosen,
        )

    async def _branch(self, row: RowView) -> str:
        """`continued` where another goes on with it, `branch` where it goes on with another."""
        key = (row.dialog_id, row.status)
        if key not in self._branches:
            if len(self._branches) >= REMEMBERED:
                self._branches.clear()
            self._branches[key] = await self._read_branch(row.dialog_id)
        return self._branches[key]

    async def _read_branch(self, name: str) -> str:
        try:
            view = await self.bench.dialogs.view(name)
        except CallCenterError:
            return ""  # gone since the list was read
        if view.closed_because == SUPERSEDED:
            return "continued"
        return "branch" if view.forked_from else ""

    def _state(self, row: RowView, branch: str) -> str:
        if branch == "continued":
            return branch
        if row.status == "closed":
            return "closed"
        if row.handler == "person":
            return "person"
        return "waiting" if row.escalated else branch or "active"
