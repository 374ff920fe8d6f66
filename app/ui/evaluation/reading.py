"""The figures of a run: cards, matrix, cases of a cell, the reader, charts, files."""

from __future__ import annotations

from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.ui.evaluation.marks import empty
from app.ui.evaluation.part import Part

PRICES = (("missed", 10.0), ("needless", 3.0), ("astray", 1.0))
DEAREST = 50
FILES = ("HTML", "JSON", "CSV", "JSONL", "JUnit")
CLICKS = """
element.addEventListener('click', (event) => {
  const found = event.target.closest('[data-pick]');
  if (!found) return;
  const stays = found.getAttribute('aria-pressed') === 'false';
  element.querySelectorAll('[aria-pressed]').forEach((one) =>
    one.setAttribute('aria-pressed', one === found && stays));
  trigger('click', {pick: found.dataset.pick});
});
"""
"""A click on whatever carries `data-pick` is an event with that as its data."""


class Reading(Part):
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
        gr.HTML(f'<p class="ev-note">{words["download"]}. {words["download_help"]}</p>')
        with gr.Row(elem_id="cc-eval-files"):
            self.files = [
                gr.DownloadButton(name, size="sm", min_width=80, elem_id=f"cc-eval-{name.lower()}")
                for name in FILES
            ]

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
                for name, value in PRICES
            ]

    @property
    def figures(self) -> list[Any]:
        return [
            self.none, self.found, self.cards, self.matrix, self.cases, self.cell, self.case,
            self.trust, self.reliability, self.risk, self.promises, self.parts, *self.files,
        ]  # fmt: skip

    async def show(self, run_id: str, mode: str, *prices: float) -> dict[Any, Any]:
        """Everything of a run, or why there is nothing."""
        if not run_id:
            return self._nothing(self.words["empty"])
        try:
            return await self._filled(run_id, mode, prices)
        except CallCenterError:
            return self._nothing(self.words["no_such_run"].format(run=run_id))

    def _nothing(self, sentence: str) -> dict[Any, Any]:
        return {
            self.none: gr.update(value=empty(sentence), visible=True),
            self.found: gr.update(visible=False),
        }

    async def _filled(self, run_id: str, mode: str, prices: tuple[float, ...]) -> dict[Any, Any]:
        from app.ui.evaluation import charts, parts  # noqa: PLC0415  (scipy)

        opened, words = await self.desk.open(run_id), self.words
        known = opened.report.confidence
        files = await self.desk.files(run_id)
        return {
            self.none: gr.update(visible=False),
            self.found: gr.update(visible=True),
            self.cell: "",
            self.case: "",
            **await self._counted(run_id, mode, "", prices),
            self.trust: f"<p>{charts.note(known, words)}</p>" if known else empty(words["trust_none"]),
            self.reliability: gr.update(
                value=known and charts.reliability(known, words), visible=bool(known)
            ),
            self.risk: gr.update(value=known and charts.risk(known, words), visible=bool(known)),
            self.promises: charts.promises(opened.report, words) if known else "",
            self.parts: parts.parts(opened.report, words, self.language),
            **{button: str(path) for button, path in zip(self.files, self._in_order(files), strict=True)},
        }

    def _in_order(self, files: list[Any]) -> list[Any]:
        """As FILES stand."""
        by_name = {path.name: path for path in files}
        names = ("report.html", "report.json", "predictions.csv", "predictions.jsonl", "junit.xml")
        return [by_name[name] for name in names]

    async def pick(
        self,
        run_id: str,
        mode: str,
        cell: str,
        missed: float,
        needless: float,
        astray: float,
        event: gr.EventData,
    ) -> dict[Any, Any]:
        """A click on a cell lists its cases; a second one lists all misroutes again."""
        picked = str(event.pick)
        chosen = "" if picked == cell else picked
        return {self.cell: chosen, **await self._counted(run_id, mode, chosen, (missed, needless, astray))}

    async def count(self, run_id: str, mode: str, cell: str, *prices: float) -> dict[Any, Any]:
        """Another mode or other prices."""
        if not run_id:
            return {self.cell: cell}
        found = await self._counted(run_id, mode, cell, prices)
        return {name: value for name, value in found.items() if name is not self.cases}

    async def _counted(self, run_id: str, mode: str, cell: str, prices: tuple[float, ...]) -> dict[Any, Any]:
        from app.services.eval_reading import Prices, priced  # noqa: PLC0415  (scipy)
        from app.ui.evaluation.headline import cards  # noqa: PLC0415
        from app.ui.evaluation.matrix import Mode, matrix  # noqa: PLC0415

        opened = await self.desk.open(run_id)
        report = priced(opened.report, Prices(*prices))
        how: Mode = "cost" if mode == "cost" else "count"
        return {
            self.cards: cards(report.headline, self.words, self.language),
            self.matrix: matrix(report, how, self.words, cell),
            self.cases: self._listed(opened, cell),
        }

    def _listed(self, opened: Any, cell: str) -> str:
        from app.services.eval_reading import cell as turns_of  # noqa: PLC0415
        from app.ui.evaluation.cases import case_list  # noqa: PLC0415

        words, (expected, _, got) = self.words, cell.partition("\t")
        if cell:
            found = turns_of(opened.run, expected, got)
            title = words["in_cell"].format(expected=expected, got=got, n=len(found))
            return case_list(title, found, words["no_cases"], words)
        found = opened.report.misroutes
        return case_list(words["misroutes"].format(n=len(found)), found, words["no_misroutes"], words)
