"""The figures of a run: cards, matrix, cases of a cell, the reader, charts, files."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache

from app.core.exceptions import CallCenterError
from app.evaluation.costs import ASTRAY, MISSED_ESCALATION, NEEDLESS_ESCALATION
from app.evaluation.registry import RunNotFound
from app.services.operators.auth import OperatorKeyMissing
from app.ui.evaluation.marks import named
from app.ui.evaluation.panel import CLICKS, EvaluationPanel
from app.ui.format import number
from app.ui.room import empty

if TYPE_CHECKING:
    from app.evaluation.predictions import Run
    from app.evaluation.report import Report
    from app.services.evaluation.reading import Opened

PRICES = {"missed": MISSED_ESCALATION, "needless": NEEDLESS_ESCALATION, "astray": ASTRAY}
DEAREST = 50
FILES = {
    "HTML": "report.html", "JSON": "report.json", "CSV": "predictions.csv", "JSONL": "predictions.jsonl",
    "JUnit": "junit.xml",
}  # fmt: skip


class ReportPanel(EvaluationPanel):
    def build(self) -> None:
        words = self.words
        self.none = gr.HTML(empty(words["empty"]), elem_id="cc-eval-none")
        self.cell, self.case = gr.State(""), gr.State("")
        with gr.Column(visible=False, elem_id="cc-eval-found") as self.found:
            self.cards = gr.HTML(elem_id="cc-eval-cards")
            with gr.Row(equal_height=False):
                with gr.Column(scale=1, min_width=320):
                    self._matrix()
                with gr.Column(scale=1, min_width=320):
                    self.cases = gr.HTML(elem_id="cc-eval-cases", js_on_load=CLICKS)

    def charts(self) -> None:
        """Below the reader; inside the same column."""
        words = self.words
        with gr.Accordion(words["trust"], open=False, elem_id="cc-eval-trust"):
            self.trust = gr.HTML()
            with gr.Row():
                self.reliability = self._plot("reliability")
                self.risk = self._plot("risk")
            self.promises = gr.HTML()
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
            gr.HTML(f'<h3 class="ev-title">{self.words[name]}</h3>')
            return gr.Plot(show_label=False, elem_classes="ev-plot")

    def _matrix(self) -> None:
        words = self.words
        gr.HTML(f'<h3 class="ev-title">{words["matrix"]}</h3><p class="ev-note">{words["matrix_help"]}</p>')
        modes = [(said, mode) for mode, said in words["mode"].items()]
        self.mode = gr.Radio(modes, value="count", show_label=False, container=False, elem_id="cc-eval-mode")
        self.matrix = gr.HTML(elem_id="cc-eval-matrix", js_on_load=CLICKS)
        with gr.Accordion(words["prices"], open=False, elem_id="cc-eval-prices"):
            gr.HTML(f'<p class="ev-note">{words["prices_help"]}</p>')
            self.prices = [
                gr.Slider(0, DEAREST, value, step=0.5, label=words["price"][name], elem_id=f"cc-eval-{name}")
                for name, value in PRICES.items()
            ]

    @property
    def counted(self) -> list[Any]:
        """What other prices, another mode or another cell change."""
        return [self.cards, self.matrix, self.cases, self.cell, self.terms]

    @property
    def figures(self) -> list[Any]:
        return [
            self.none, self.found, *self.counted, self.case,
            self.trust, self.reliability, self.risk, self.promises, self.parts,
        ]  # fmt: skip

    async def show(self, key: str | None, run_id: str, mode: str, *prices: float) -> dict[Any, Any]:
        """Everything of a run, or why there is nothing."""
        if not run_id:
            return self._nothing(self.words["empty"])
        try:
            opened = await self.open(key, run_id)
        except RunNotFound:
            return self._nothing(self.words["no_such_run"].format(run=run_id))
        except OperatorKeyMissing:
            return self._nothing(self.words["run_locked"])
        except CallCenterError as error:
            return self._nothing(self.sentence(error))
        return await asyncio.to_thread(self._filled, opened, mode, prices)

    def _nothing(self, sentence: str) -> dict[Any, Any]:
        return {
            self.none: gr.update(value=empty(sentence), visible=True),
            self.found: gr.update(visible=False),
        }

    def _filled(self, opened: Opened, mode: str, prices: Sequence[float]) -> dict[Any, Any]:
        from app.ui.evaluation import charts, sections  # noqa: PLC0415  (scipy)

        words, language, known = self.words, self.language, opened.report.confidence
        return {
            self.none: gr.update(visible=False),
            self.found: gr.update(visible=True),
            self.cell: "",
            self.case: "",
            **self._counted(opened, mode, "", "", prices),
            self.trust: f"<p>{charts.note(known, language)}</p>" if known else empty(words["trust_none"]),
            self.reliability: gr.update(
                value=known and charts.reliability(known, language), visible=bool(known)
            ),
            self.risk: gr.update(value=known and charts.risk(known, language), visible=bool(known)),
            self.promises: charts.promises(opened.report, language) if known else "",
            self.parts: sections.parts(opened.report, language),
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
        opened, prices = await self._opened(key, run_id), (missed, needless, astray)
        found = await asyncio.to_thread(self._counted, opened, mode, chosen, case, prices)
        return {self.cell: chosen, **found}

    async def count(
        self, key: str | None, run_id: str, mode: str, cell: str, case: str, *prices: float
    ) -> dict[Any, Any]:
        """Another mode or other prices; the list stays under the reader's eyes."""
        opened = await self._opened(key, run_id)
        found = await asyncio.to_thread(self._counted, opened, mode, cell, case, prices)
        return {name: value for name, value in found.items() if name is not self.cases}

    async def download(self, file: str, key: str | None, run_id: str, *prices: float) -> str:
        """Made for whoever asks, at the prices of the page."""
        from app.services.evaluation.reading import Prices  # noqa: PLC0415  (scipy)

        await self._opened(key, run_id)
        try:
            text = await self.desk.file(run_id, file, Prices(*prices))
        except CallCenterError as error:
            raise self.refused(error) from None
        return await asyncio.to_thread(
            save_bytes_to_cache, text.encode(), f"{run_id}-{file}", self.made.GRADIO_CACHE
        )

    async def _opened(self, key: str | None, run_id: str) -> Opened:
        try:
            return await self.open(key, run_id)
        except CallCenterError as error:
            raise self.refused(error) from None

    def _counted(
        self, opened: Opened, mode: str, cell: str, case: str, prices: Sequence[float]
    ) -> dict[Any, Any]:
        from app.services.evaluation.reading import Prices, priced  # noqa: PLC0415  (scipy)
        from app.ui.evaluation.headline import (  # noqa: PLC0415
            Mode,
            cards,
            matrix,
        )

        report = priced(opened.report, Prices(*prices))
        how: Mode = "cost" if mode == "cost" else "count"
        return {
            self.cards: cards(report.headline, self.language),
            self.matrix: matrix(report, how, self.language, cell),
            self.cases: self._listed(opened.run, report, cell, case),
            self.terms: self._terms(prices),
        }

    def _terms(self, prices: Sequence[float]) -> str:
        """The prices that a report would have now."""
        names = self.words["price"].values()
        told = "; ".join(
            f"{name} — {number(price, self.language)}" for name, price in zip(names, prices, strict=True)
        )
        said = self.words["download_help"].format(prices=told.lower())
        return f'<p class="ev-note">{escape(said)}</p>'

    def _listed(self, run: Run, report: Report, cell: str, case: str) -> str:
        from app.services.evaluation.reading import cell as turns_of  # noqa: PLC0415
        from app.ui.evaluation.cases import case_list  # noqa: PLC0415

        words, (expected, _, got) = self.words, cell.partition("\t")
        found = turns_of(run, expected, got) if cell else report.misroutes
        names = {"expected": named(expected, self.language), "got": named(got, self.language)}
        title = words["in_cell" if cell else "misroutes"].format(n=number(len(found), self.language), **names)
        return case_list(title, found, words["no_cases" if cell else "no_misroutes"], self.language, case)
