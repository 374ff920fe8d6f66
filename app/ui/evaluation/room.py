"""The evaluation room: run a router over labelled sets, read the report, correct labels, compare runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from app.ui.evaluation.comparison import ComparisonPanel
from app.ui.evaluation.corrections import CorrectionPanel
from app.ui.evaluation.report import ReportPanel
from app.ui.evaluation.runs import RunPanel
from app.ui.evaluation.upload import UploadPanel
from app.ui.room import QUIET, Room, render

LAST = {**QUIET, "trigger_mode": "always_last"}  # an event during another is handled after it
TO_READER = """
() => {
  document.getElementById('cc-eval-one')?.scrollIntoView({block: 'nearest', behavior: 'smooth'});
  const here = document.querySelector('#cc-eval-reader .ev-here');
  if (here) here.parentElement.scrollTop = here.offsetTop - here.parentElement.offsetTop - 60;
}
"""


TO_PAIR = (
    "() => document.getElementById('cc-eval-pair')?.scrollIntoView({block: 'nearest', behavior: 'smooth'})"
)
FETCH = "() => document.querySelector('#cc-eval-made a, a#cc-eval-made, #cc-eval-made')?.click()"


@dataclass
class LatestRequest:
    """Which of the runs that one page has asked for is the last."""

    number: int = 0


class EvaluationRoom(Room):
    key = "evaluation"

    def build(self) -> None:
        self.missing = self.bench.eval_desk.missing()
        if self.missing:
            sentence = self.words["needs"].format(missing=", ".join(self.missing))
            gr.HTML(render("shared.empty", sentence=sentence))
            return
        with gr.Column(elem_id="cc-eval"):
            self._parts(self._key())
        self._events()

    def _key(self) -> gr.Textbox:
        """The box of the operator key; hidden where none is needed."""
        words = self.words
        return gr.Textbox(
            label=words["key"], info=words["key_help"], type="password", elem_id="cc-eval-key",
            visible=self.bench.access.asks_for_key,
        )  # fmt: skip

    def _parts(self, key: gr.Textbox) -> None:
        given = (self.bench, self.language, key)
        self.runs, self.report = RunPanel(*given), ReportPanel(*given)
        self.corrections, self.comparison = CorrectionPanel(*given), ComparisonPanel(*given)
        self.upload = UploadPanel(*given)
        self.operator = key
        self.runs.build()
        self.report.build(self.comparison.build)
        with self.report.found:
            self.corrections.build()
            self.report.build_sections()
        self.upload.build()
        self.corrections.build_pending()

    def _events(self) -> None:
        self._wire_runs()
        self._wire_comparison()
        self._wire_report()
        self._wire_corrections()
        self._wire_upload()

    def _wire_runs(self) -> None:
        """`run` is what the page shows, `again` counts what of it was resumed."""
        o, r = self.runs, self.report
        o.run.change(None, o.run, None, js="(run) => cc.evaluation.at(run)", api_visibility="private")
        gr.on(
            [o.run.change, o.again.change, self.operator.submit], self.follow,
            [gr.State(LatestRequest()), self.operator, o.run, r.mode, *r.prices],
            [o.status, o.cancel, o.resume, *r.figures], trigger_mode="multiple", **QUIET,
        ).then(self.offered_runs, [self.operator, o.run], self._lists, **QUIET)  # fmt: skip
        o.start.click(o.begin, [self.operator, *o.order], o.run, **QUIET).success(
            self.offered_runs, [self.operator, o.run], self._lists, **QUIET
        )
        o.runs.input(o.pick, [self.operator, o.runs], [o.run, o.sets, o.router], **LAST)
        gr.on(
            [o.sets.change, o.router.change, o.limit.change, o.perturb.change], o.name_start,
            [self.operator, o.sets, o.router, o.limit, o.perturb], o.start, **LAST,
        )  # fmt: skip
        o.cancel.click(o.halt, [self.operator, o.run], None, **QUIET)
        o.resume.click(o.go_on, [self.operator, o.run, o.again], o.again, **QUIET)

    @property
    def _lists(self) -> list[Any]:
        """All lists of runs."""
        return [self.runs.runs, *self._pair]

    @property
    def _pair(self) -> list[Any]:
        return [self.comparison.fold, self.comparison.a, self.comparison.b]

    def _wire_comparison(self) -> None:
        c = self.comparison
        c.go.click(c.wait, None, c.verdict, **QUIET).then(
            c.judge, [self.operator, c.a, c.b], [c.verdict, c.judged, c.reader], **QUIET
        )
        c.verdict.click(c.read, [self.operator, c.judged], c.reader, **LAST).then(
            None, None, None, js=TO_PAIR, api_visibility="private"
        )

    def _wire_report(self) -> None:
        o, r = self.runs, self.report
        asked = [self.operator, o.run, r.mode, r.cell, r.case, *r.prices]
        r.matrix.click(r.pick, asked, r.priced_parts, **LAST)
        r.mode.input(r.count, asked, r.priced_parts, **LAST)
        gr.on([s.input for s in r.prices], r.count, asked, r.priced_parts, **LAST)
        for file, button in r.files.items():
            button.click(
                partial(r.download, file), [self.operator, o.run, *r.prices], r.made, **QUIET
            ).success(None, None, None, js=FETCH, api_visibility="private")  # fmt: skip

    def _wire_corrections(self) -> None:
        o, r, m = self.runs, self.report, self.corrections
        r.cases.click(
            m.read, [self.operator, o.run], [m.reader, r.case, m.form, m.label, m.said, m.why], **LAST
        ).then(None, js=TO_READER, api_visibility="private")
        about = [self.operator, o.run, r.case, m.act, m.label, m.why, m.who]
        m.propose.click(m.propose_label, about, [m.said, m.fold, m.pending], **QUIET)
        m.pending.click(
            m.confirm, [self.operator, m.second], [m.confirmed, m.fold, m.pending], **QUIET
        ).success(o.choices, self.operator, [o.sets, o.router, o.runs], **QUIET)

    def _wire_upload(self) -> None:
        o, u = self.runs, self.upload
        gr.on([u.file.upload, u.file.clear], u.profile, [self.operator, u.file], u.profile_outputs, **LAST)
        u.columns[1].input(u.relabel, [self.operator, u.file, u.columns[1]], [u.seen, *u.meanings], **LAST)
        u.look.click(u.rows, [self.operator, *u.preview_inputs], u.seen, **QUIET)
        u.keep.click(
            u.take, [self.operator, u.name, o.sets, *u.preview_inputs], u.import_outputs, **QUIET
        ).success(self.chosen_sets, [self.operator, u.chosen], [o.sets], **QUIET)

    async def chosen_sets(self, key: str | None, chosen: list[str]) -> Any:
        sets, _, _ = await self.runs.choices(key)
        return {**sets, "value": chosen} if chosen else sets

    async def follow(
        self, turn: LatestRequest, key: str | None, run_id: str, mode: str, *prices: float
    ) -> AsyncIterator[dict[Any, Any]]:
        """Progress as long as the run goes on, then its figures: of the last run that the page asked for."""
        turn.number += 1
        mine = turn.number
        async for news in self._progress(key, run_id, mode, prices):
            if turn.number != mine:
                yield {self.runs.status: gr.skip()}  # Gradio repeats the last update
                return
            yield news

    async def _progress(
        self, key: str | None, run_id: str, mode: str, prices: tuple[float, ...]
    ) -> AsyncIterator[dict[Any, Any]]:
        o, r = self.runs, self.report
        async for status, going, resumable in o.watch(key, run_id):
            hidden = {r.none: gr.update(visible=False)} if going else {}
            buttons = {o.cancel: gr.update(visible=going), o.resume: gr.update(visible=resumable)}
            yield {o.status: status, **buttons, **hidden}
        yield await r.show(key, run_id, mode, *prices)

    async def offered_runs(self, key: str | None, run_id: str) -> tuple[Any, ...]:
        """What is shown is compared with the run before it."""
        last = await self.runs.last(key, run_id)
        return last, *await self._offer_pair(key, last["choices"], run_id)

    async def _offer_pair(self, key: str | None, choices: Any, run_id: str | None = None) -> tuple[Any, ...]:
        """(fold, A, B): without a `run_id` what was chosen stays."""
        pair = await asyncio.to_thread(self.runs.find_pair, key, run_id) if run_id else ("", "")
        chosen: list[dict[str, Any]] = [{"value": each} if each else {} for each in pair]
        several = len(choices) > 1
        return gr.update(visible=several), *(gr.update(choices=choices, **value) for value in chosen)

    def arrive(self, page: gr.Blocks, tab: gr.Tab) -> None:
        if self.missing:
            return
        o, m = self.runs, self.corrections
        lists = [o.sets, o.router, *self._lists, m.fold, m.pending]
        keyed: dict[str, Any] = {"inputs": self.operator, "js": "(key) => [cc.key || key]", **QUIET}
        page.load(self.welcome, outputs=[*lists, o.run], **keyed)
        gr.on([tab.select, self.operator.submit], self.refresh, outputs=lists, **keyed)

    async def refresh(self, key: str | None) -> tuple[Any, ...]:
        sets, router, runs = await self.runs.choices(key)
        pair = await self._offer_pair(key, runs["choices"])
        return sets, router, runs, *pair, *await self.corrections.list_pending(key)

    async def welcome(self, key: str | None, request: gr.Request) -> tuple[Any, ...]:
        """The run that the address names is opened, else the latest; what it was over is chosen.

        Without a run it is the shipped set of the page's language.
        """
        sets, router, *others = await self.refresh(key)
        run_id = await self.runs.resolve(request.query_params.get("run", "")) or await self.runs.latest(key)
        keys, name = await asyncio.to_thread(self.runs.find_order, key, run_id)
        chosen = {**router, "value": name or router["choices"][0][1]}
        known = [each for _, each in others[0]["choices"]]
        others[0] = {**others[0], "value": run_id if run_id in known else None}
        return {**sets, "value": keys or self.runs.shipped(sets)}, chosen, *others, run_id
