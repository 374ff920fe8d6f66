"""The list of a customer's dialogs, and the customers to choose from.

The open dialog as a file, which the browser makes of the text: nothing of it stays on the server.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.core.ports import DialogQuery
from app.services.dialogs.export import to_json, to_markdown
from app.services.dialogs.views import RowView
from app.services.workbench import Workbench
from app.ui.chat.lines import name_of
from app.ui.chat.screen import Screen
from app.ui.format import moment
from app.ui.room import QUIET, empty
from app.ui.words import Words

TYPES = {"json": "application/json", "md": "text/markdown"}
SAVE = "(name, type, text) => { if (name) anSave(name, type, text); }"


class Export:
    def __init__(self, bench: Workbench, words: Words, problem: Callable[[CallCenterError], str]) -> None:
        self.bench = bench
        self.words = words
        self.problem = problem

    def build(self) -> list[gr.Button]:
        """In the order of TYPES; there is nothing to save before there is a dialog."""
        words = self.words
        with gr.Row(elem_id="cc-export"):
            gr.HTML(f'<span class="cc-label">{escape(words["export"])}</span>')
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
        """Its name, its kind and its text; no name where it cannot be read."""
        try:
            view = await self.bench.dialogs.view(name)
        except CallCenterError as error:
            return {self.file[0]: "", **screen.told(self.problem(error))}
        text = to_json(view) if kind == "json" else to_markdown(view, self.words["agents"])
        told = (f"dialog-{name[:8]}.{kind}", TYPES[kind], text)
        return dict(zip(self.file, told, strict=True))


SHOWN = 30
LONG = 28


class Saved:
    def __init__(self, bench: Workbench, words: Words, problem: Callable[[CallCenterError], str]) -> None:
        self.bench = bench
        self.words = words
        self.problem = problem

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
        self.told = gr.HTML(elem_id="cc-saved-told")

    @property
    def owner(self) -> list[Any]:
        """Who is shown as chosen, and who it was when it was last looked at."""
        return [self.customer, self.whose]

    @property
    def parts(self) -> list[Any]:
        return [self.list, self.told]

    async def customers(self, chosen: str) -> Any:
        """Whoever is chosen is offered, known or not."""
        try:
            known = await self.bench.customers.demo()
        except CallCenterError:
            known = []
        names = [(self._customer(c.customer_id, c.name), c.customer_id) for c in known]
        if chosen not in {name for _, name in names}:
            names.append((chosen, chosen))
        return gr.Dropdown(choices=names, value=chosen)

    async def listed(self, customer: str | None, search: str, chosen: str) -> dict[Any, Any]:
        """Latest change first; of nobody there is nothing."""
        query = DialogQuery(limit=SHOWN, customer_id=customer or "", text=(search or "").strip() or None)
        try:
            page = await self.bench.dialogs.find(query)
        except CallCenterError as error:
            return {self.told: empty(self.problem(error))}
        rows = [(self._row(row), row.dialog_id) for row in page.dialogs]
        value = chosen if chosen in {name for _, name in rows} else None
        told = self._told(bool(rows), bool(query.text), page.next_cursor is not None)
        return {self.list: gr.Radio(choices=rows, value=value), self.told: told}

    def _told(self, found: bool, searched: bool, more: bool) -> str:
        if found and not more:
            return ""
        key = "too_many" if found else "nothing_found" if searched else "nothing_saved"
        return empty(self.words[key].format(count=SHOWN))

    def _row(self, row: RowView) -> str:
        """Two lines: how it began; who serves, in which state, when."""
        line = " ".join(row.subject.split()) or self.words["blank"]
        short = line if len(line) <= LONG else f"{line[: LONG - 1].rstrip()}…"
        agent = name_of(row.assigned_agent, self.words) if row.assigned_agent else "—"
        when = moment(row.updated_at, self.words["language"]).replace(" ", "\u00a0")
        told = [agent, self._state(row), when]
        return f"{short}\n{' · '.join(told)}"

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
