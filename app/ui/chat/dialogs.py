"""The list of a customer's dialogs, the customers to choose from, and the export of the open dialog."""

from __future__ import annotations

from functools import partial
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.core.ports import DialogQuery
from app.core.text import shorten
from app.services.dialogs.views import RowView, to_json, to_markdown
from app.services.workbench import Workbench
from app.ui.chat.screen import Screen
from app.ui.room import QUIET, render
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
        except CallCenterError as error:
            return {self.file[0]: "", **screen.show_notice(self.texts.describe_problem(error))}
        text = to_json(view) if kind == "json" else to_markdown(view, dict(self.texts.agents))
        file = (f"dialog-{name[:8]}.{kind}", TYPES[kind], text)
        return dict(zip(self.file, file, strict=True))


SHOWN = 30
LONG = 28


class SavedDialogs:
    def __init__(self, bench: Workbench, texts: RoomTexts) -> None:
        self.bench = bench
        self.texts = texts
        self.words = texts.words

    def build(self, customer: str) -> None:
        words = self.words
        self.customer = gr.Dropdown(
            label=words["customer"], info=words["customer_hint"], allow_custom_value=True,
            elem_id="cc-customer", choices=[customer], value=customer,
        )  # fmt: skip
        self.whose = gr.State(customer)
        self.search = gr.Textbox(
            label=words["search"], placeholder=words["search_hint"], elem_id="cc-search", max_lines=1
        )
        self.list = gr.Radio(choices=[], label=words["saved"], elem_id="cc-saved", container=False)
        self.note = gr.HTML(elem_id="cc-saved-told")

    @property
    def owner(self) -> list[Any]:
        """The chosen customer, and the one whose dialogs are listed."""
        return [self.customer, self.whose]

    @property
    def parts(self) -> list[Any]:
        return [self.list, self.note]

    async def offer_customers(self, chosen: str) -> Any:
        """The demo customers, and the chosen one where that is another."""
        try:
            known = await self.bench.customers.demo()
        except CallCenterError:
            known = []
        names = [(self._customer(c.customer_id, c.name), c.customer_id) for c in known]
        if chosen not in {name for _, name in names}:
            names.append((chosen, chosen))
        return gr.Dropdown(choices=names, value=chosen)

    async def list_dialogs(self, customer: str | None, search: str, chosen: str) -> dict[Any, Any]:
        """Latest change first; nothing while no customer is chosen."""
        query = DialogQuery(limit=SHOWN, customer_id=customer or "", text=(search or "").strip() or None)
        try:
            page = await self.bench.dialogs.find(query)
        except CallCenterError as error:
            return {self.note: render("shared.empty", sentence=self.texts.describe_problem(error))}
        rows = [(self._row(row), row.dialog_id) for row in page.dialogs]
        value = chosen if chosen in {name for _, name in rows} else None
        note = self._note(bool(rows), bool(query.text), page.next_cursor is not None)
        return {self.list: gr.Radio(choices=rows, value=value), self.note: note}

    def _note(self, found: bool, searched: bool, more: bool) -> str:
        if found and not more:
            return ""
        key = "too_many" if found else "nothing_found" if searched else "nothing_saved"
        return render("shared.empty", sentence=self.words[key].format(count=SHOWN))

    def _row(self, row: RowView) -> str:
        """Two lines: how it began; who serves, in which state, when."""
        line = " ".join(row.subject.split()) or self.words["blank"]
        short = shorten(line, LONG)
        agent = self.texts.agent(row.assigned_agent)
        when = self.texts.moment(row.updated_at).replace(" ", "\u00a0")
        return f"{short}\n{agent} · {self._state(row)} · {when}"

    def _state(self, row: RowView) -> str:
        states: dict[str, str] = self.words["states_of"]
        if row.status == "closed":
            return states["closed"]
        if row.handler == "person":
            return states["person"]
        return states["waiting" if row.escalated else "active"]

    def _customer(self, name: str, who: str) -> str:
        situation = self.words["situations"].get(name, "")
        return f"{who} — {situation}" if situation else who
