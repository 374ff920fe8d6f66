"""The figures of a run: cards, matrix, cases of a cell, the reader, charts, files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache

from app.core.access import CredentialMissing
from app.core.exceptions import CallCenterError
from app.evaluation.costs import ASTRAY, MISSED_ESCALATION, NEEDLESS_ESCALATION
from app.evaluation.predictions import Run
from app.evaluation.registry import RunNotFound
from app.evaluation.report import Report
from app.services.evaluation.reading import Opened, Prices, priced
from app.services.evaluation.reading import cell as turns_of
from app.ui.evaluation.headline import render_headline
from app.ui.evaluation.panel import TOGGLES, EvaluationPanel
from app.ui.evaluation.rows import Mode, render_cases, render_matrix
from app.ui.evaluation.sections import (
    describe_calibration,
    plot_reliability,
    plot_risk,
    render_sections,
    render_thresholds,
)
from app.ui.request import sender
from app.ui.room import render

PRICES = {"missed": MISSED_ESCALATION, "needless": NEEDLESS_ESCALATION, "astray": ASTRAY}
HIGHEST_PRICE = 50
FILES = {
    "HTML": "report.html", "JSON": "report.json", "CSV": "predictions.csv", "JSONL": "predictions.jsonl",
    "JUnit": "junit.xml",
}  # fmt: skip


class ReportPanel(EvaluationPanel):
    def build(self, between: Callable[[], None]) -> None:
        """`between` builds what stands below the headline."""
        self.none = gr.HTML(self.empty("empty"), elem_id="cc-eval-none")
        self.cell, self.case = gr.State(""), gr.State("")
        with gr.Column(visible=False, elem_id="cc-eval-found") as self.found:
            self.cards = gr.HTML(elem_id="cc-eval-cards")
            between()
            with gr.Row(equal_height=False):
                with gr.Column(scale=1, min_width=320):
                    self._matrix()
                with gr.Column(scale=1, min_width=320):
                    self.cases = gr.HTML(elem_id="cc-eval-cases", js_on_load=TOGGLES)

    def build_sections(self) -> None:
        """Below the reader; inside the same column."""
        words = self.words
        with gr.Accordion(words["trust"], open=False, elem_id="cc-eval-trust"):
            self.trust = gr.HTML()
            with gr.Row():
                self.reliability = self._plot("reliability")
                self.risk = self._plot("risk")
            self.thresholds = gr.HTML()
        self.parts = gr.HTML(elem_id="cc-eval-parts")
        self.terms = gr.HTML(elem_id="cc-eval-terms")
        with gr.Row(elem_id="cc-eval-files"):
            self.files = {
                file: gr.Button(name, size="sm", min_width=80, elem_id=f"cc-eval-{name.lower()}")
                for name, file in FILES.items()
            }
        self.made = gr.DownloadButton("", elem_id="cc-eval-made", elem_classes="cc-hidden")

    def _plot(self, name: str) -> gr.Plot:
        with gr.Column(min_width=300):
            gr.HTML(render("evaluation.title", text=self.words[name]))
            return gr.Plot(show_label=False, elem_classes="ev-plot")

    def _matrix(self) -> None:
        words = self.words
        gr.HTML(render("evaluation.title", text=words["matrix"], note=words["matrix_help"]))
        modes = [(text, mode) for mode, text in words["mode"].items()]
        self.mode = gr.Radio(
            modes, value="count", label=words["mode_label"], show_label=False, container=False,
            elem_id="cc-eval-mode",
        )  # fmt: skip
        self.matrix = gr.HTML(elem_id="cc-eval-matrix", js_on_load=TOGGLES)
        with gr.Accordion(words["prices"], open=False, elem_id="cc-eval-prices"):
            gr.HTML(render("evaluation.help", sentence=words["prices_help"]))
            self.prices = [
                gr.Slider(
                    0, HIGHEST_PRICE, value, step=0.5, label=words["price"][name], elem_id=f"cc-eval-{name}"
                )
                for name, value in PRICES.items()
            ]

    @property
    def priced_parts(self) -> list[Any]:
        """What changes with the prices, the mode or the cell."""
        return [self.cards, self.matrix, self.cases, self.cell, self.terms]

    @property
    def figures(self) -> list[Any]:
        return [
            self.none, self.found, *self.priced_parts, self.case,
            self.trust, self.reliability, self.risk, self.thresholds, self.parts,
        ]  # fmt: skip

    async def show(self, key: str | None, run_id: str, mode: str, *prices: float) -> dict[Any, Any]:
        """Everything of a run, or why there is nothing."""
        if not run_id:
            return self._nothing(self.words["empty"])
        try:
            opened = await self.open(key, run_id)
        except RunNotFound:
            return self._nothing(self.words["no_such_run"].format(run=run_id))
        except CredentialMissing:
            return self._nothing(self.words["run_locked"])
        except CallCenterError as error:
            return self._nothing(self.describe_problem(error))
        return await asyncio.to_thread(self._fill, opened, mode, prices)

    def _nothing(self, sentence: str) -> dict[Any, Any]:
        return {
            self.none: gr.update(value=render("shared.empty", sentence=sentence), visible=True),
            self.found: gr.update(visible=False),
        }

    def _fill(self, opened: Opened, mode: str, prices: Sequence[float]) -> dict[Any, Any]:

        texts, known = self.texts, opened.report.confidence
        trust = known and render("evaluation.text", sentence=describe_calibration(known, texts))
        return {
            self.none: gr.update(visible=False),
            self.found: gr.update(visible=True),
            self.cell: "",
            self.case: "",
            **self._count(opened, mode, "", "", prices),
            self.trust: trust or self.empty("trust_none"),
            self.reliability: gr.update(value=known and plot_reliability(known, texts), visible=bool(known)),
            self.risk: gr.update(value=known and plot_risk(known, texts), visible=bool(known)),
            self.thresholds: render_thresholds(opened.report, texts) if known else "",
            self.parts: render_sections(opened.report, texts),
        }

    async def pick(
        self,
        key: str | None,
        run_id: str,
        mode: str,
        cell: str,
        case: str,
        missed: float,
        needless: float,
        astray: float,
        event: gr.EventData,
    ) -> dict[Any, Any]:
        """A click on a cell lists its cases; a second one lists all misroutes again."""
        picked = str(event.pick)
        chosen = "" if picked == cell else picked
        opened, prices = await self._open_or_refuse(key, run_id), (missed, needless, astray)
        found = await asyncio.to_thread(self._count, opened, mode, chosen, case, prices)
        return {self.cell: chosen, **found}

    async def count(
        self, key: str | None, run_id: str, mode: str, cell: str, case: str, *prices: float
    ) -> dict[Any, Any]:
        """Another mode or other prices; the list stays under the reader's eyes."""
        opened = await self._open_or_refuse(key, run_id)
        found = await asyncio.to_thread(self._count, opened, mode, cell, case, prices)
        return {name: value for name, value in found.items() if name is not self.cases}

    async def download(self, file: str, key: str | None, run_id: str, *prices: float) -> str:
        """Made on request, at the prices of the page."""

        await self._open_or_refuse(key, run_id)
        try:
            text = await self.desk.file(run_id, file, Prices(*prices))
            await self.bench.record("evaluation.exported", f"{run_id} {file}", sender())
        except CallCenterError as error:
            raise self.refuse(error) from None
        return await asyncio.to_thread(
            save_bytes_to_cache, text.encode(), f"{run_id}-{file}", self.made.GRADIO_CACHE
        )

    async def _open_or_refuse(self, key: str | None, run_id: str) -> Opened:
        try:
            return await self.open(key, run_id)
        except CallCenterError as error:
            raise self.refuse(error) from None

    def _count(
        self, opened: Opened, mode: str, cell: str, case: str, prices: Sequence[float]
    ) -> dict[Any, Any]:

        report = priced(opened.report, Prices(*prices))
        how: Mode = "cost" if mode == "cost" else "count"
        return {
            self.cards: render_headline(report, self.texts),
            self.matrix: render_matrix(report, how, self.texts, cell),
            self.cases: self._list_cases(opened.run, report, cell, case),
            self.terms: self._terms(prices),
        }

    def _terms(self, prices: Sequence[float]) -> str:
        """The prices that a report would have now."""
        names = self.words["price"].values()
        terms = "; ".join(
            f"{name} — {self.texts.number(price)}" for name, price in zip(names, prices, strict=True)
        )
        return render("evaluation.help", sentence=self.words["download_help"].format(prices=terms.lower()))

    def _list_cases(self, run: Run, report: Report, cell: str, case: str) -> str:

        words, (expected, _, got) = self.words, cell.partition("\t")
        found = turns_of(run, expected, got) if cell else report.misroutes
        names = {"expected": self.texts.agent(expected), "got": self.texts.agent(got)}
        title = words["in_cell" if cell else "misroutes"].format(n=self.texts.number(len(found)), **names)
        return render_cases(title, found, words["no_cases" if cell else "no_misroutes"], self.texts, case)
