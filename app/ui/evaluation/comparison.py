"""Two runs side by side, and any turn on which they differ with the dialog around it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from app.core.exceptions import CallCenterError
from app.evaluation.compare import (
    Comparison,
    Pair,
    compare,
    describe_verdict,
    format_p,
    localise_decimals,
)
from app.evaluation.predictions import Run
from app.services.evaluation.reading import dialog, find, name_of_pair
from app.ui.evaluation.panel import TOGGLES, EvaluationPanel
from app.ui.evaluation.rows import EvaluationTexts, render_reader
from app.ui.room import render
from app.ui.words import NOTHING

PAIRS = 200  # of a list on the page
UNFOLDED = 20  # pairs that are shown at once
SIGNS = {"better": "▲", "worse": "▼", "undecided": "?", "same": "="}


@dataclass(frozen=True)
class PairRow:
    """`also_a`: the answer of A is not the expected one, and is accepted too."""

    name: str
    text: str
    expected: str
    got_a: str | None
    got_b: str | None
    also_a: bool
    also_b: bool


@dataclass(frozen=True)
class PairList:
    title: str
    pairs: list[PairRow]
    more: str
    open: bool


def render_comparison(found: Comparison, texts: EvaluationTexts) -> str:
    shown = {
        "verdict": found.verdict,
        "sign": SIGNS[found.verdict],
        "sentence": _in_words(found, texts),
        "statistics": describe_verdict(found, texts.language),
        "facts": _differences(found, texts) if found.paired else [],
        "lists": [_pairs("fixed", found.fixed, texts), _pairs("broken", found.broken, texts)],
    }
    return render("evaluation.comparison", c=shown, t=texts)


def _in_words(found: Comparison, texts: EvaluationTexts) -> str:
    """The verdict for somebody who knows no statistics."""
    counts = {"n": found.paired, "fixed": len(found.fixed), "broken": len(found.broken)}
    sentence: str = texts.words["verdicts"][found.verdict if found.paired else "nothing"]
    return sentence.format(**{name: texts.number(n) for name, n in counts.items()})


def _differences(found: Comparison, texts: EvaluationTexts) -> list[tuple[str, str]]:
    names = texts.words["difference"]
    rows = [
        (names["paired"], texts.number(found.paired)),
        (names["missed"], f"{_change(found.missed_difference, 3)}, {format_p(found.missed_p_value)}"),
        (
            names["coverage"],
            f"{_change(found.coverage_difference, 3)}, {format_p(found.coverage_p_value)}",
        ),
        (names["p95"], _milliseconds(found.p95_difference, texts.words["ms"])),
        (names["cost"], f"{_change(found.cost_difference, 4)}\u00a0$"),
    ]
    return [(name, localise_decimals(value, texts.language)) for name, value in rows]


def _milliseconds(seconds: float | None, unit: str) -> str:
    return NOTHING if seconds is None else f"{_change(1000 * seconds, 0)}\u00a0{unit}"


def _change(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")


def _pairs(kind: str, pairs: Sequence[Pair], texts: EvaluationTexts) -> PairList:
    return PairList(
        title=texts.words[kind].format(n=texts.number(len(pairs))),
        pairs=[_pair(pair) for pair in pairs[:PAIRS]],
        more=texts.words["first"].format(n=PAIRS) if len(pairs) > PAIRS else "",
        open=0 < len(pairs) <= UNFOLDED,
    )


def _pair(p: Pair) -> PairRow:
    also = {f"also_{name}": right == 1 and got != p.expected for name, right, got in _answers(p)}
    return PairRow(name_of_pair(p), p.text, p.expected, p.got_a, p.got_b, **also)


def _answers(p: Pair) -> list[tuple[str, float, str | None]]:
    return [("a", p.a, p.got_a), ("b", p.b, p.got_b)]


Judged = tuple[str, str]  # ids of A and B


class ComparisonPanel(EvaluationPanel):
    def build(self) -> None:
        words = self.words
        self.judged = gr.State(("", ""))
        with gr.Accordion(words["compare"], open=False, elem_id="cc-eval-compare") as self.fold:
            with gr.Row(equal_height=False):
                self.a = gr.Dropdown([], label=words["a"], min_width=260, elem_id="cc-eval-a")
                self.b = gr.Dropdown([], label=words["b"], min_width=260, elem_id="cc-eval-b")
                self.go = gr.Button(words["comparing"], scale=0, min_width=140, elem_id="cc-eval-comparing")
            nothing = render("shared.empty", sentence=words["compare_empty"])
            self.verdict = gr.HTML(nothing, elem_id="cc-eval-verdict", js_on_load=TOGGLES)
            self.reader = gr.HTML("", elem_id="cc-eval-pair")

    def wait(self) -> str:
        return render("analytics.busy", sentence=self.words["comparing_now"])

    async def judge(self, key: str | None, a: str | None, b: str | None) -> tuple[str, Judged, str]:
        """(verdict, judged, reader)"""
        if not a or not b:
            return self.empty("compare_choose"), ("", ""), ""
        try:
            before, after = await self.open(key, a), await self.open(key, b)
        except CallCenterError as error:
            return render("shared.empty", sentence=self.describe_problem(error)), ("", ""), ""
        found = await asyncio.to_thread(compare, before.run, after.run)
        return await asyncio.to_thread(render_comparison, found, self.texts), (a, b), ""

    async def read(self, key: str | None, judged: Judged, event: gr.EventData) -> str:
        """The turn of the clicked pair."""
        try:
            before, after = [(await self.open(key, run_id)).run for run_id in judged]
        except CallCenterError as error:
            raise self.refuse(error) from None
        return await asyncio.to_thread(self._read, before, after, str(event.pick))

    def _read(self, before: Run, after: Run, name: str) -> str:
        a, b = find(before, name), find(after, name)
        if a is None or b is None:
            return self.empty("reader_empty")
        return render_reader(b, dialog(b, self.cases_of(after, b)), self.texts, before=a)
