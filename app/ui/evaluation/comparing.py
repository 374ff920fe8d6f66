"""Two runs side by side."""

from __future__ import annotations

import asyncio

import gradio as gr

from app.core.exceptions import CallCenterError
from app.ui.evaluation.marks import empty
from app.ui.evaluation.part import Part


class Comparing(Part):
    def build(self) -> None:
        words = self.words
        with gr.Accordion(words["compare"], open=False, elem_id="cc-eval-compare"):
            with gr.Row(equal_height=False):
                self.a = gr.Dropdown([], label=words["a"], min_width=260, elem_id="cc-eval-a")
                self.b = gr.Dropdown([], label=words["b"], min_width=260, elem_id="cc-eval-b")
                self.go = gr.Button(words["comparing"], scale=0, min_width=140, elem_id="cc-eval-comparing")
            self.verdict = gr.HTML(empty(words["compare_empty"]), elem_id="cc-eval-verdict")

    async def judge(self, a: str | None, b: str | None) -> str:
        from app.evaluation.compare import compare  # noqa: PLC0415  (scipy)
        from app.ui.evaluation.verdict import verdict  # noqa: PLC0415

        if not a or not b:
            return empty(self.words["compare_choose"])
        try:
            before, after = await self.desk.open(a), await self.desk.open(b)
        except CallCenterError as error:
            return empty(self.sentence(error))
        return verdict(await asyncio.to_thread(compare, before.run, after.run), self.words)
