"""Two runs side by side, and any turn on which they differ with the dialog around it."""

from __future__ import annotations

import asyncio

import gradio as gr

from app.core.exceptions import CallCenterError
from app.evaluation.predictions import Run
from app.ui.evaluation.panel import CLICKS, Part
from app.ui.parts import empty

Judged = tuple[str, str]  # ids of A and B


class Comparing(Part):
    def build(self) -> None:
        words = self.words
        self.judged = gr.State(("", ""))
        with gr.Accordion(words["compare"], open=False, elem_id="cc-eval-compare"):
            with gr.Row(equal_height=False):
                self.a = gr.Dropdown([], label=words["a"], min_width=260, elem_id="cc-eval-a")
                self.b = gr.Dropdown([], label=words["b"], min_width=260, elem_id="cc-eval-b")
                self.go = gr.Button(words["comparing"], scale=0, min_width=140, elem_id="cc-eval-comparing")
            self.verdict = gr.HTML(
                empty(words["compare_empty"]), elem_id="cc-eval-verdict", js_on_load=CLICKS
            )
            self.reader = gr.HTML("", elem_id="cc-eval-pair")

    async def judge(self, key: str | None, a: str | None, b: str | None) -> tuple[str, Judged, str]:
        """(verdict, judged, reader)"""
        from app.evaluation.compare import compare  # noqa: PLC0415  (scipy)
        from app.ui.evaluation.verdict import verdict  # noqa: PLC0415

        if not a or not b:
            return empty(self.words["compare_choose"]), ("", ""), ""
        try:
            before, after = await self.open(key, a), await self.open(key, b)
        except CallCenterError as error:
            return empty(self.sentence(error)), ("", ""), ""
        found = await asyncio.to_thread(compare, before.run, after.run)
        return await asyncio.to_thread(verdict, found, self.language), (a, b), ""

    async def read(self, key: str | None, judged: Judged, event: gr.EventData) -> str:
        """The turn of the clicked pair."""
        try:
            before, after = [(await self.open(key, run_id)).run for run_id in judged]
        except CallCenterError as error:
            raise self.refused(error) from None
        return await asyncio.to_thread(self._read, before, after, str(event.pick))

    def _read(self, before: Run, after: Run, name: str) -> str:
        from app.services.evaluation.reading import dialog, find  # noqa: PLC0415  (scipy)
        from app.ui.evaluation.cases import reader  # noqa: PLC0415

        a, b = find(before, name), find(after, name)
        if a is None or b is None:
            return empty(self.words["reader_empty"])
        return reader(b, dialog(b, self.cases_of(after, b)), self.language, before=a)
