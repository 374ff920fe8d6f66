"""The reader of one case, corrections of labels, and those that wait for a second person."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from app.core.audit import person
from app.core.exceptions import CallCenterError
from app.evaluation.corrections import Correction
from app.evaluation.predictions import Run
from app.services.evaluation.reading import dialog, find
from app.services.evaluation.sets import LabelDesk
from app.services.operators.rerouting import SET, Rerouting
from app.ui.evaluation.panel import TOGGLES, EvaluationPanel
from app.ui.evaluation.rows import render_reader
from app.ui.room import render

NAME, REASON = 80, 500  # characters


@dataclass(frozen=True)
class PendingCorrection:
    id: str
    change: str
    text: str
    by: str


class CorrectionPanel(EvaluationPanel):
    def build(self) -> None:
        with gr.Row(equal_height=False, elem_id="cc-eval-one"):
            with gr.Column(scale=3, min_width=320):
                gr.HTML(render("evaluation.walk", t=self.texts))
                self.reader = gr.HTML(self.empty("reader_empty"), elem_id="cc-eval-reader")
            with gr.Column(scale=2, min_width=300, visible=False, elem_id="cc-eval-correct") as self.form:
                self._form()

    def _form(self) -> None:
        words = self.words
        gr.HTML(render("evaluation.title", text=words["correct"]))
        acts = [(text, act) for act, text in words["acts"].items()]
        self.act = gr.Radio(acts, value="correct", label=words["act"], elem_id="cc-eval-act")
        self.label = gr.Dropdown(self.named_agents, value=None, label=words["label"], elem_id="cc-eval-label")
        self.why = gr.Textbox(
            label=words["reason"], placeholder=words["reason_hint"], max_length=REASON, elem_id="cc-eval-why"
        )
        self.who = gr.Textbox(label=words["who"], max_length=NAME, elem_id="cc-eval-who")
        self.propose = gr.Button(words["propose"], elem_id="cc-eval-propose")
        self.said = gr.HTML("", elem_id="cc-eval-said")

    def build_pending(self) -> None:
        """At the end of the room."""
        words = self.words
        with gr.Accordion(words["pending"].format(n=0), open=False, elem_id="cc-eval-pending") as self.fold:
            self.second = gr.Textbox(
                label=words["confirm_who"], info=words["confirm_help"], max_length=NAME,
                elem_id="cc-eval-second",
            )  # fmt: skip
            self.pending = gr.HTML(self.empty("pending_none"), js_on_load=TOGGLES)
            self.confirmed = gr.HTML("", elem_id="cc-eval-confirmed")

    @property
    def labels(self) -> LabelDesk:
        return LabelDesk(self.desk.shelf)

    @property
    def rerouting(self) -> Rerouting:
        return self.bench.monitor.rerouting

    async def read(self, key: str | None, run_id: str, event: gr.EventData) -> tuple[Any, ...]:
        """(reader, case, form, label, said, why) of the clicked case: a reason belongs to one case."""
        try:
            run = (await self.open(key, run_id)).run
        except CallCenterError as error:
            raise self.refuse(error) from None
        return await asyncio.to_thread(self._read, run, str(event.pick))

    def _read(self, run: Run, name: str) -> tuple[Any, ...]:
        about = find(run, name)
        if about is None:
            return self.empty("reader_empty"), "", gr.update(visible=False), None, "", ""
        lines = dialog(about, self.cases_of(run, about))
        wrong = about.got if about.got in self.bench.agents and not about.right else None
        return render_reader(about, lines, self.texts), name, gr.update(visible=True), wrong, "", ""

    async def propose_label(
        self, key: str, run_id: str, name: str, act: str, label: str | None, why: str, who: str
    ) -> tuple[str, Any, Any]:
        """(said, fold, pending)"""

        self.admit(key)
        try:
            about = await asyncio.to_thread(find, (await self.open(key, run_id)).run, name)
            if about is None:
                raise self.refuse(self.words["reader_empty"])
            await asyncio.to_thread(
                self.labels.propose, about, label or "", why or "", who or "", act == "accept"
            )
        except CallCenterError as error:
            raise self.refuse(error) from None
        return render("evaluation.done", sentence=self.words["proposed"]), *await self.list_pending(key)

    async def confirm(self, key: str, who: str, event: gr.EventData) -> tuple[str, Any, Any]:
        """(said, fold, pending)"""
        self.admit(key)
        try:
            done = await asyncio.to_thread(self._confirm, str(event.pick), who or "")
            await self.bench.record("label.confirmed", done.id, person(done.confirmed_by or ""))
        except CallCenterError as error:
            raise self.refuse(error) from None
        sentence = self.words["confirmed_live" if done.set == SET else "confirmed"].format(
            who=done.confirmed_by, key=f"{done.set} ({self.words['groups']['corrected']})"
        )
        return render("evaluation.done", sentence=sentence), *await self.list_pending(key)

    def _confirm(self, name: str, who: str) -> Correction:
        """A correction of a set, or of a dialog that was re-routed in the monitor."""
        if any(c.id == name for c in self.rerouting.list_proposals()):
            return self.rerouting.confirm(name, who)
        return self.labels.confirm(name, who)

    def _find_pending(self, key: str | None) -> list[Correction]:
        """Customers' messages, of live dialogs and uploaded sets, need the operator key."""
        if not self.may_enter(key):
            return [c for c in self.labels.pending() if self.desk.shelf.of_house(c.set)]
        return [*(c for c in self.rerouting.list_proposals() if not c.confirmed_by), *self.labels.pending()]

    async def list_pending(self, key: str | None) -> tuple[Any, Any]:
        """(fold, pending)"""
        try:
            found = await asyncio.to_thread(self._find_pending, key)
        except CallCenterError as error:
            return gr.update(), render("shared.empty", sentence=self.describe_problem(error))
        label = self.words["pending"].format(n=self.texts.number(len(found)))
        return gr.update(label=label), self._render(found)

    def _render(self, found: Sequence[Correction]) -> str:
        if not found:
            return self.empty("pending_none")
        return render("evaluation.pending", rows=[self._row(c) for c in found], t=self.texts)

    def _row(self, c: Correction) -> PendingCorrection:
        words, texts = self.words, self.texts
        change = words["pending_also" if c.also else "pending_row"].format(
            was=texts.agent(c.was), label=texts.agent(c.label)
        )
        by = words["pending_by"].format(who=c.who, when=texts.moment(c.when), why=c.why)
        return PendingCorrection(c.id, change, c.text, by)
