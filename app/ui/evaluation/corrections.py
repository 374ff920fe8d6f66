"""The reader of one case, a better label put forward, and those that wait for a second person."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.evaluation.corrections import Correction
from app.evaluation.predictions import Run
from app.services.evaluation.sets import LabelDesk
from app.services.operators.rerouting import SET, Rerouting
from app.ui.evaluation.marks import good, named
from app.ui.evaluation.panel import CLICKS, EvaluationPanel
from app.ui.format import moment, number
from app.ui.room import empty

NAME, REASON = 80, 500  # characters


class Mending(EvaluationPanel):
    def build(self) -> None:
        words = self.words
        with gr.Row(equal_height=False, elem_id="cc-eval-one"):
            with gr.Column(scale=3, min_width=320):
                gr.HTML(f'<h3 class="ev-title">{words["reader"]}</h3>')
                self.reader = gr.HTML(empty(words["reader_empty"]), elem_id="cc-eval-reader")
            with gr.Column(scale=2, min_width=300, visible=False, elem_id="cc-eval-correct") as self.form:
                self._form()

    def _form(self) -> None:
        words = self.words
        gr.HTML(f'<h3 class="ev-title">{words["correct"]}</h3>')
        acts = [(said, act) for act, said in words["acts"].items()]
        self.act = gr.Radio(acts, value="correct", label=words["act"], elem_id="cc-eval-act")
        self.label = gr.Dropdown(self.named_agents, value=None, label=words["label"], elem_id="cc-eval-label")
        self.why = gr.Textbox(
            label=words["reason"], placeholder=words["reason_hint"], max_length=REASON, elem_id="cc-eval-why"
        )
        self.who = gr.Textbox(label=words["who"], max_length=NAME, elem_id="cc-eval-who")
        self.propose = gr.Button(words["propose"], elem_id="cc-eval-propose")
        self.said = gr.HTML("", elem_id="cc-eval-said")

    def waiting(self) -> None:
        """A part of its own, at the end of the room."""
        words = self.words
        with gr.Accordion(words["pending"].format(n=0), open=False, elem_id="cc-eval-pending") as self.fold:
            self.second = gr.Textbox(
                label=words["confirm_who"], info=words["confirm_help"], max_length=NAME,
                elem_id="cc-eval-second",
            )  # fmt: skip
            self.pending = gr.HTML(empty(words["pending_none"]), js_on_load=CLICKS)
            self.confirmed = gr.HTML("", elem_id="cc-eval-confirmed")

    @property
    def labels(self) -> LabelDesk:
        return LabelDesk(self.desk.shelf)

    @property
    def rerouting(self) -> Rerouting:
        return self.bench.monitor.rerouting

    async def read(self, key: str | None, run_id: str, event: gr.EventData) -> tuple[Any, str, Any, Any, str]:
        """(reader, case, form, label, said) of the clicked case."""
        try:
            run = (await self.open(key, run_id)).run
        except CallCenterError as error:
            raise self.refused(error) from None
        return await asyncio.to_thread(self._read, run, str(event.pick))

    def _read(self, run: Run, name: str) -> tuple[Any, str, Any, Any, str]:
        from app.services.evaluation.reading import dialog, find  # noqa: PLC0415  (scipy)
        from app.ui.evaluation.cases import reader  # noqa: PLC0415

        about = find(run, name)
        if about is None:
            return empty(self.words["reader_empty"]), "", gr.update(visible=False), None, ""
        lines = dialog(about, self.cases_of(run, about))
        wrong = about.got if about.got in self.bench.agents and not about.right else None
        return reader(about, lines, self.language), name, gr.update(visible=True), wrong, ""

    async def put_forward(
        self, key: str, run_id: str, name: str, act: str, label: str | None, why: str, who: str
    ) -> tuple[str, Any, Any]:
        """(said, fold, pending)"""
        from app.services.evaluation.reading import find  # noqa: PLC0415  (scipy)

        self.admit(key)
        try:
            about = await asyncio.to_thread(find, (await self.open(key, run_id)).run, name)
            if about is None:
                raise self.refused(self.words["reader_empty"])
            await asyncio.to_thread(
                self.labels.propose, about, label or "", why or "", who or "", act == "accept"
            )
        except CallCenterError as error:
            raise self.refused(error) from None
        return good(self.words["proposed"]), *await self.listed(key)

    async def confirm(self, key: str, who: str, event: gr.EventData) -> tuple[str, Any, Any]:
        """(said, fold, pending)"""
        self.admit(key)
        try:
            done = await asyncio.to_thread(self._confirm, str(event.pick), who or "")
        except CallCenterError as error:
            raise self.refused(error) from None
        told = self.words["confirmed_live" if done.set == SET else "confirmed"].format(
            who=done.confirmed_by, key=f"{done.set} ({self.words['groups']['corrected']})"
        )
        return good(told), *await self.listed(key)

    def _confirm(self, name: str, who: str) -> Correction:
        """Of a set, or of what somebody re-routed in the monitor."""
        if any(c.id == name for c in self.rerouting.proposed()):
            return self.rerouting.confirm(name, who)
        return self.labels.confirm(name, who)

    def _waiting(self, key: str | None) -> list[Correction]:
        """What customers said, in live dialogs and in uploaded sets, is for those who have the key."""
        if not self.admitted(key):
            return [c for c in self.labels.pending() if self.desk.shelf.of_house(c.set)]
        return [*(c for c in self.rerouting.proposed() if not c.confirmed_by), *self.labels.pending()]

    async def listed(self, key: str | None) -> tuple[Any, Any]:
        """(fold, pending)"""
        try:
            found = await asyncio.to_thread(self._waiting, key)
        except CallCenterError as error:
            return gr.update(), empty(self.sentence(error))
        return gr.update(label=self.words["pending"].format(n=number(len(found), self.language))), self._rows(
            found
        )

    def _rows(self, found: Sequence[Correction]) -> str:
        if not found:
            return empty(self.words["pending_none"])
        return f'<ul class="ev-pending">{"".join(self._row(c) for c in found)}</ul>'

    def _row(self, c: Correction) -> str:
        words = self.words
        change = words["pending_also" if c.also else "pending_row"].format(
            was=named(c.was, self.language), label=named(c.label, self.language)
        )
        by = words["pending_by"].format(who=c.who, when=moment(c.when, self.language), why=c.why)
        return (
            f'<li><div><b>{escape(change)}</b> <span class="ev-text">{escape(c.text)}</span>'
            f"<small>{escape(by)} · {escape(c.id)}</small></div>"
            f'<button type="button" class="ev-button" data-pick="{escape(c.id)}">'
            f"{escape(words['confirm'])}</button></li>"
        )
