"""The evaluation room: run a router over labelled sets, read what it did, mend labels, compare."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html import escape
from typing import Any

import gradio as gr

from app.ui.evaluation.comparing import Comparing
from app.ui.evaluation.marks import empty
from app.ui.evaluation.mending import Mending
from app.ui.evaluation.ordering import Ordering
from app.ui.evaluation.part import QUIET
from app.ui.evaluation.reading import Reading
from app.ui.evaluation.uploading import Uploading
from app.ui.room import Room

TO_READER = """
() => {
  document.getElementById('cc-eval-one')?.scrollIntoView({block: 'nearest', behavior: 'smooth'});
  const here = document.querySelector('#cc-eval-reader .ev-here');
  if (here) here.parentElement.scrollTop = here.offsetTop - here.parentElement.offsetTop - 60;
}
"""


class EvaluationRoom(Room):
    key = "evaluation"

    def build(self) -> None:
        self.missing = self.bench.eval_desk.missing()
        if self.missing:
            gr.HTML(empty(self.words["needs"].format(missing=", ".join(self.missing))))
            return
        with gr.Column(elem_id="cc-eval"):
            self._parts(self._key())
        self._events()

    def _key(self) -> gr.Textbox:
        """Seen only where a key is asked for."""
        settings, words = self.bench.settings, self.words
        if settings.operator_key is None and settings.environment == "production":
            gr.HTML(f'<p class="ev-note" role="note">{escape(words["closed"])}</p>')
        return gr.Textbox(
            label=words["key"], info=words["key_help"], type="password", elem_id="cc-eval-key",
            visible=settings.operator_key is not None,
        )  # fmt: skip

    def _parts(self, key: gr.Textbox) -> None:
        given = (self.bench, self.language, key)
        self.ordering, self.reading, self.mending = Ordering(*given), Reading(*given), Mending(*given)
        self.comparing, self.uploading = Comparing(*given), Uploading(*given)
        self.operator = key
        self.ordering.build()
        self.reading.build()
        with self.reading.found:
            self.mending.build()
            self.reading.charts()
        self.comparing.build()
        self.uploading.build()
        self.mending.waiting()

    def _events(self) -> None:
        self._running()
        self._reading()
        self._mending()
        self._uploading()

    def _running(self) -> None:
        """`run` is what the page shows; whatever sets it, the page attaches to it."""
        o, r = self.ordering, self.reading
        shown = [o.status, o.cancel, o.resume]
        price = [r.mode, *r.prices]
        opened = o.run.change(None, o.run, None, js="(run) => cc.put('run', run)", api_visibility="private")
        watched = opened.then(self.attach, o.run, [*shown, r.none, r.found], **QUIET)
        watched.then(r.show, [o.run, *price], r.figures, **QUIET).then(
            self.offered_runs, o.run, [o.runs, self.comparing.a, self.comparing.b], **QUIET
        )
        o.start.click(o.begin, [self.operator, *o.order], o.run, cancels=[watched], **QUIET).success(
            self.offered_runs, o.run, [o.runs, self.comparing.a, self.comparing.b], **QUIET
        )
        o.runs.input(lambda run: run or "", o.runs, o.run, cancels=[watched], **QUIET)
        o.cancel.click(o.halt, [self.operator, o.run], None, **QUIET)
        again = o.resume.click(o.go_on, [self.operator, o.run], o.run, **QUIET)
        more = again.success(self.attach, o.run, [*shown, r.none, r.found], **QUIET)
        more.then(r.show, [o.run, *price], r.figures, **QUIET)
        self.comparing.go.click(
            self.comparing.judge, [self.comparing.a, self.comparing.b], self.comparing.verdict,
            api_visibility="private", concurrency_limit=None,
        )  # fmt: skip

    def _reading(self) -> None:
        o, r = self.ordering, self.reading
        asked = [o.run, r.mode, r.cell, *r.prices]
        counted = [r.cards, r.matrix, r.cases, r.cell]
        r.matrix.click(r.pick, asked, counted, **QUIET)
        r.mode.input(r.count, asked, counted, **QUIET)
        gr.on([s.input for s in r.prices], r.count, asked, counted, trigger_mode="always_last", **QUIET)

    def _mending(self) -> None:
        o, r, m = self.ordering, self.reading, self.mending
        r.cases.click(m.read, o.run, [m.reader, r.case, m.form, m.label, m.said], **QUIET).then(
            None, js=TO_READER, api_visibility="private"
        )
        about = [self.operator, o.run, r.case, m.act, m.label, m.why, m.who]
        m.propose.click(m.put_forward, about, [m.said, m.fold, m.pending], **QUIET)
        m.pending.click(
            m.confirm, [self.operator, m.second], [m.confirmed, m.fold, m.pending], **QUIET
        ).success(o.choices, None, [o.sets, o.router, o.runs], **QUIET)

    def _uploading(self) -> None:
        o, u = self.ordering, self.uploading
        gr.on([u.file.upload, u.file.clear], u.profile, [self.operator, u.file], u.profiled, **QUIET)
        u.columns[1].input(u.relabel, [u.file, u.columns[1]], [u.seen, *u.meanings], **QUIET)
        u.look.click(u.rows, [self.operator, *u.asked], u.seen, **QUIET)
        taken = [self.operator, u.name, o.sets, *u.asked]
        chosen = gr.State([])
        u.keep.click(u.take, taken, [u.done, u.seen, chosen], **QUIET).success(
            self.chosen_sets, chosen, [o.sets], **QUIET
        )

    async def chosen_sets(self, chosen: list[str]) -> Any:
        sets, _, _ = await self.ordering.choices()
        return {**sets, "value": chosen} if chosen else sets

    async def attach(self, run_id: str) -> AsyncIterator[tuple[Any, ...]]:
        """Progress as long as the run goes on; figures of another run leave meanwhile."""
        if not run_id:
            yield "", gr.update(visible=False), gr.update(visible=False), gr.skip(), gr.skip()
            return
        async for status, cancel, resume in self.ordering.watch(run_id):
            going = cancel.get("visible")
            hidden = gr.update(visible=False) if going else gr.skip()
            yield status, cancel, resume, hidden, hidden

    async def offered_runs(self, run_id: str) -> tuple[Any, Any, Any]:
        last = await self.ordering.last(run_id)
        choices = gr.update(choices=last["choices"])
        return last, choices, choices

    def arrive(self, page: gr.Blocks, tab: gr.Tab) -> None:
        if self.missing:
            return
        o, m = self.ordering, self.mending
        lists = [o.sets, o.router, o.runs, self.comparing.a, self.comparing.b, m.fold, m.pending]
        page.load(self.welcome, None, [*lists, o.run], **QUIET)
        tab.select(self.refresh, None, lists, **QUIET)

    async def refresh(self) -> tuple[Any, ...]:
        sets, router, runs = await self.ordering.choices()
        choices = gr.update(choices=runs["choices"])
        return sets, router, runs, choices, choices, *await self.mending.listed()

    async def welcome(self, request: gr.Request) -> tuple[Any, ...]:
        """The run that the address names is opened."""
        sets, router, *others = await self.refresh()
        chosen = {**router, "value": router["choices"][0]}
        return sets, chosen, *others, await self.ordering.known(request.query_params.get("run", ""))
