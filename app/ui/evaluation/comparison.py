"""Two runs side by side, and any turn on which they differ with the dialog around it.

Two runs compared, in words of the page's language; the sentence is that of the report.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from html import escape

import gradio as gr

from app.core.exceptions import CallCenterError
from app.evaluation.compare import Comparison, Pair
from app.evaluation.predictions import Run
from app.services.evaluation.reading import name_of_pair
from app.ui.evaluation.marks import agent, fold, said, table
from app.ui.evaluation.panel import CLICKS, EvaluationPanel
from app.ui.format import number
from app.ui.room import empty
from app.ui.words import Words

SHOWN = 200


def verdict(found: Comparison, language: str) -> str:
    told = f'<p class="ev-verdict ev-{found.verdict}">{_sign(found)} {escape(sentence(found, language))}</p>'
    return told + _details(found, language) if found.paired else told


def _sign(found: Comparison) -> str:
    sign = {"better": "▲", "worse": "▼", "undecided": "?", "same": "="}[found.verdict]
    return f'<b aria-hidden="true">{sign}</b>'


def _details(found: Comparison, language: str) -> str:
    words = said(language)
    facts = words["difference"]
    rows = [
        (facts["paired"], number(found.paired, language)),
        (facts["missed"], f"{_signed(found.missed_difference, 3)}, {_p(found.missed_p_value)}"),
        (facts["coverage"], f"{_signed(found.coverage_difference, 3)}, {_p(found.coverage_p_value)}"),
        (facts["p95"], _milliseconds(found.p95_difference, words["ms"])),
        (facts["cost"], f"{_signed(found.cost_difference, 4)}\u00a0$"),
    ]
    told = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(_pointed(value, language))}</dd>" for name, value in rows
    )
    lists = _pairs("fixed", found.fixed, language) + _pairs("broken", found.broken, language)
    return f'<dl class="cc-path">{told}</dl><div class="ev-changed">{lists}</div>'


def _milliseconds(seconds: float | None, unit: str) -> str:
    return "—" if seconds is None else f"{_signed(1000 * seconds, 0)}\u00a0{unit}"


def sentence(found: Comparison, language: str) -> str:
    words = said(language)["verdict"]
    if not found.paired:
        return str(words["none"])
    parts = [_head(found, words), _coverage(found, words), _money(found, words), _more(found, words)]
    return _pointed("; ".join(part for part in parts if part), language) + "."


def _pointed(told: str, language: str) -> str:
    """With the decimal sign of the language between figures."""
    return re.sub(r"(?<=\d)\.(?=\d)", ",", told) if language == "ru" else told


def _head(found: Comparison, words: Words) -> str:
    if found.verdict == "same":
        return str(words["same"].format(paired=found.paired))
    if not (found.fixed or found.broken):
        return str(words["alike"].format(paired=found.paired))
    side, back = found.difference, found.difference.value < 0
    low, high = (-side.high, -side.low) if back else (side.low, side.high)
    tail = words["tail"].format(low=_points(low), high=_points(high), p=_p(found.p_value))
    kind = found.verdict if found.verdict != "undecided" else "behind" if back else "ahead"
    counts = words["counts"].format(fixed=len(found.fixed), broken=len(found.broken))
    return str(words[kind].format(size=_points(abs(side.value)), tail=tail) + counts)


def _coverage(found: Comparison, words: Words) -> str:
    change = found.coverage_difference
    said = words["more_answered" if change > 0 else "fewer_answered"]
    return str(said.format(size=_points(abs(change)))) if change else ""


def _money(found: Comparison, words: Words) -> str:
    if found.cost_ratio is None:
        cost = f"{found.cost_difference:.4g}"
        return str(words["money"].format(cost=cost)) if found.cost_difference > 0 else ""
    percent = round(100 * (found.cost_ratio - 1))
    return str(words["dearer" if percent > 0 else "cheaper"].format(percent=abs(percent))) if percent else ""


def _more(found: Comparison, words: Words) -> str:
    if found.needed is None:
        return ""
    return str(words["needed"].format(needed=found.needed, more=found.needed - found.paired))


def _pairs(kind: str, pairs: Sequence[Pair], language: str) -> str:
    words = said(language)
    rows = ([_button(p), agent(p.expected, language), *_answers(p, language)] for p in pairs[:SHOWN])
    head = [words["message"], words["expected"], "A", "B"]
    inside = table(head, rows, "ev-pairs") if pairs else f"<p>{escape(words['pairs_none'])}</p>"
    first = words["first"].format(n=SHOWN)
    more = f'<p class="ev-note">{escape(first)}</p>' if len(pairs) > SHOWN else ""
    title = words[kind].format(n=number(len(pairs), language))
    return fold(title, inside + more, unfolded=0 < len(pairs) <= 20)


def _answers(p: Pair, language: str) -> list[str]:
    return [agent(p.got_a, language), agent(p.got_b, language)]


def _button(p: Pair) -> str:
    """Opens the reader."""
    return (
        f'<button type="button" class="ev-open" data-pick="{escape(name_of_pair(p))}" aria-pressed="false">'
        f"{escape(p.text)}</button>"
    )


def _points(share: float) -> str:
    return f"{100 * share:.1f}".replace("-", "−")


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.2g}"


Judged = tuple[str, str]  # ids of A and B


class Comparing(EvaluationPanel):
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
        from app.ui.evaluation.comparison import verdict  # noqa: PLC0415

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
