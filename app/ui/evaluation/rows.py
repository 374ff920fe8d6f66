"""The texts of the room, and a run's headline, confusion matrix, progress and cases as rows of its HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from app.core.stats import Interval
from app.evaluation.metrics import Slice
from app.evaluation.predictions import Prediction
from app.evaluation.report import Report
from app.services.evaluation.reading import CaseLine, name_of
from app.services.evaluation.runs import RunProgress
from app.services.operators import summary
from app.ui.room import render
from app.ui.words import NOTHING, RoomTexts, room_texts, words

Mode = Literal["count", "cost"]
CASES = 100  # of a list on the page


class EvaluationTexts(RoomTexts):
    def router(self, name: str) -> str:
        """`local`, `baseline:keywords`… for people."""
        kind, _, which = name.partition(":")
        if which and kind == "baseline":
            ours = self.words
            return str(ours["baseline"].format(name=ours["baselines"].get(which, which)))
        return str(words(self.language, "frame")["routers"].get(name, name))

    def value(self, kind: str, value: str) -> str:
        """The value of a slice; one without a word of ours is shown as the set names it."""
        known: dict[str, str] = self.words["values"].get(kind, {})
        return str(self.set_name(value) if kind == "set" else known.get(value, value.replace("_", " ")))

    def set_name(self, name: str) -> str:
        """Shipped sets have names; others keep theirs."""
        return str(self.words["set_names"].get(name, name))

    def because(self, reason: str) -> str:
        """The reason that a router or the runner gave; a model's words as they are."""
        known: dict[str, str] = {**self.words["baselines"], **self.words["reasons"]}
        return known.get(reason) or summary.because(reason, self.language)

    def share(self, value: float) -> str:
        return self.number(value, 3)

    def interval(self, given: Interval) -> str:
        """`91.4% (89.6–92.9%, n = 812)`, or a dash where nothing was counted."""
        if not given.n:
            return NOTHING
        low, high = self.number(100 * given.low, 1), self.percent(given.high, 1)
        return f"{self.percent(given.value, 1)} ({low}–{high}, n\u00a0=\u00a0{self.number(given.n)})"

    def part(self, facet: str, row: Slice) -> str:
        """«Сложность: трудные»."""
        return f"{facet}: {self.value(row.by, row.value)}"

    def within(self, given: Interval) -> str:
        """The interval in words, in per cent."""
        if not given.n:
            return str(self.words["nothing"])
        low, high = self.number(100 * given.low, 1), self.percent(given.high, 1)
        return str(self.words["within"].format(low=low, high=high))

    def confidence(self, value: float | None) -> str:
        return str(self.words["not_given"]) if value is None else self.number(value, 2)

    def outcome(self, name: str) -> str:
        return str(self.words["outcomes"].get(name, name))


@lru_cache
def evaluation_texts(language: str) -> EvaluationTexts:
    texts = room_texts(language, "evaluation")
    return EvaluationTexts(language, texts.words, {**texts.agents, "nobody": texts.words["nobody"]})


@dataclass(frozen=True)
class Cell:
    """`part` is how strongly the cell is coloured: so little that its text stays readable."""

    key: str
    hue: Literal["right", "wrong"]
    part: str
    picked: bool
    label: str
    value: str
    small: str


def key_of(expected: str, got: str) -> str:
    return f"{expected}\t{got}"


def render_matrix(report: Report, mode: Mode, texts: EvaluationTexts, picked: str = "") -> str:
    """`picked` is the key of a cell."""
    axis = list(report.confusion)
    rows = [
        (expected, [_cell(report, expected, got, mode, picked, texts) for got in axis])
        for expected, row in report.confusion.items()
        if sum(row.values())
    ]
    return render("evaluation.matrix", axis=axis, rows=rows, t=texts)


def _cell(report: Report, expected: str, got: str, mode: Mode, picked: str, texts: EvaluationTexts) -> Cell:
    count, key = report.confusion[expected][got], key_of(expected, got)
    value, small, weight = (_cost if mode == "cost" else _count)(report, expected, got, texts)
    label = texts.words["cell"].format(expected=texts.agent(expected), got=texts.agent(got), value=value)
    part = f"{10 + 30 * weight:.0f}%" if count else "0%"
    hue: Literal["right", "wrong"] = "right" if expected == got else "wrong"
    return Cell(key, hue, part, key == picked, label, value, small if count else "")


def _count(report: Report, expected: str, got: str, texts: EvaluationTexts) -> tuple[str, str, float]:
    """(value, what stands below it, weight between 0 and 1)"""
    count, whole = report.confusion[expected][got], sum(report.confusion[expected].values())
    return texts.number(count), texts.percent(count / whole), count / whole


def _cost(report: Report, expected: str, got: str, texts: EvaluationTexts) -> tuple[str, str, float]:
    """As `_count`."""
    count, cost = texts.number(report.confusion[expected][got]), report.confusion_cost[expected][got]
    if expected == got:
        return texts.words["free"], count, 0
    costliest = max((c for row in report.confusion_cost.values() for c in row.values()), default=0)
    small = f"{count} × {texts.number(report.prices[expected][got])}"
    return texts.number(round(cost, 2)), small, cost / costliest if costliest else 0


def render_progress(now: RunProgress, texts: EvaluationTexts) -> str:
    """A bar with words beside it; once the run has ended, a sentence."""
    part, sentence = 100 * now.done / now.total if now.total else 0, _describe_progress(now, texts)
    return render("evaluation.progress", state=now.state, part=part, sentence=sentence, t=texts)


def render_halted(texts: EvaluationTexts) -> str:
    """A run that an earlier process left unfinished."""
    sentence = texts.words["progress"]["halted"]
    return render("evaluation.progress", state="", part=0, sentence=sentence, t=texts)


def _describe_progress(now: RunProgress, texts: EvaluationTexts) -> str:
    words = texts.words["progress"]
    known = {
        "done": now.done,
        "total": now.total,
        "cases": now.total - now.variants,
        "variants": now.variants,
    }
    counts = {name: texts.number(n) for name, n in known.items()}
    if now.state != "running":
        kind = "done_variants" if now.state == "done" and now.variants else now.state
        return str(words[kind].format(**counts, problem=now.problem.rstrip(".")))
    if not now.total:
        return str(words["preparing"])
    parts = [words["running"].format(**counts)]
    if now.rate:
        parts.append(words["rate"].format(rate=texts.number(now.rate, 1 if now.rate < 10 else 0)))
    if now.left is not None:
        unit, n = ("seconds", max(1, round(now.left))) if now.left < 90 else ("minutes", round(now.left / 60))
        parts.append(words["left"].format(left=words[unit].format(n=n)))
    return " · ".join(parts)


@dataclass(frozen=True)
class CaseRow:
    name: str
    text: str
    expected: str
    got: str | None
    confidence: str
    picked: bool


def render_cases(
    title: str, found: Sequence[Prediction], otherwise: str, texts: EvaluationTexts, picked: str = ""
) -> str:
    """`picked` is the name of a case; `otherwise` stands where there is none."""
    rows = [
        CaseRow(name, p.text, p.expected, p.got, texts.confidence(p.confidence), name == picked)
        for name, p in ((name_of(p), p) for p in found[:CASES])
    ]
    more = texts.words["first"].format(n=CASES) if len(found) > CASES else ""
    return render("evaluation.cases", title=title, cases=rows, more=more, otherwise=otherwise, t=texts)


def render_reader(
    p: Prediction, lines: Iterable[CaseLine], texts: EvaluationTexts, before: Prediction | None = None
) -> str:
    """`before` is the answer of another run, A, to the same turn; then `p` is of B."""
    case = {
        **_answer(p, texts),
        "expected": p.expected,
        "accepted": [name for name in p.acceptable if name != p.expected],
        "scores": [
            (name, texts.number(score, 2)) for name, score in sorted(p.scores.items(), key=lambda s: -s[1])
        ],
        "reason": texts.because(p.reason) or texts.words["no_reason"],
        "serving": p.serving,
        "about": " · ".join(_about(p, texts)),
    }
    both = [("A", _answer(before, texts)), ("B", _answer(p, texts))] if before else []
    shown = [_line(line, texts) for line in lines]
    return render("evaluation.reader", case=case, lines=shown, both=both, t=texts)


def _answer(p: Prediction, texts: EvaluationTexts) -> dict[str, str | None]:
    return {
        "got": p.got,
        "outcome": texts.outcome(p.outcome),
        "confidence": texts.confidence(p.confidence),
        "reason": texts.because(p.reason) if p.reason else "",
    }


def _about(p: Prediction, texts: EvaluationTexts) -> list[str]:
    named = {"lang": p.lang, "industry": p.industry, "difficulty": p.difficulty}
    values = [texts.value(kind, value) for kind, value in named.items()]
    return [p.set, p.case, *values, *(texts.value("tag", tag) for tag in p.tags)]


def _line(line: CaseLine, texts: EvaluationTexts) -> dict[str, object]:
    customer = line.role == "customer"
    return {
        "kind": "ev-here" if line.here else "ev-customer" if customer else "",
        "here": line.here,
        "who": texts.words["customer"] if customer else texts.agents.get(line.agent or "", line.agent or ""),
        "expected": line.expected,
        "text": line.content,
    }
