"""Two runs over the same labelled turns: A is the baseline, B the candidate."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from math import fsum
from typing import Literal

from pydantic import BaseModel

from app.core.locales import read
from app.core.stats import ALPHA, Interval, mean_interval, sign_test, turns_needed
from app.evaluation.metrics import percentile, plain, waits
from app.evaluation.predictions import Prediction, Run, transcript

__all__ = ["ALPHA", "Comparison", "Pair", "Verdict", "compare", "describe_verdict"]

Verdict = Literal["better", "worse", "undecided", "same"]
Key = tuple[str, str, int]
Words = dict[str, str]
REPORT_LANGUAGE = "en"


class Pair(BaseModel):
    """One turn on which the runs differ. `a` and `b` are the shares of repeats that were right."""

    set: str
    case: str
    turn: int
    text: str
    expected: str
    got_a: str | None
    got_b: str | None
    a: float
    b: float


class Comparison(BaseModel):
    """`a` and `b` are run ids, every difference is B - A: shares, money over the turns in common, seconds
    where both were timed.

    `paired` counts turns that both answered, repeats averaged. `better` and `worse` need both a p below 0.05
    and an interval (bootstrap of whole transcripts) that leaves out 0, since McNemar's test takes turns for
    independent. `needed`: labelled turns that would decide with 80 % power, when undecided.
    """

    a: str
    b: str
    paired: int
    difference: Interval
    p_value: float
    fixed: list[Pair]
    broken: list[Pair]
    cost_difference: float
    cost_ratio: float | None
    p95_difference: float | None
    missed_difference: float
    missed_p_value: float
    coverage_difference: float
    coverage_p_value: float
    verdict: Verdict
    needed: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class _Turn:
    """All repeats of one turn in both runs."""

    a: list[Prediction]
    b: list[Prediction]

    @property
    def same_case(self) -> bool:
        """A case that was edited or labelled anew is not compared."""
        a, b = self.a[0], self.b[0]
        return (a.text, a.expected, set(a.acceptable)) == (b.text, b.expected, set(b.acceptable))

    def answered(self) -> _Turn:
        return _Turn([p for p in self.a if p.covered], [p for p in self.b if p.covered])

    def delta(self, of: Callable[[Prediction], float]) -> float:
        return _mean(self.b, of) - _mean(self.a, of)

    def as_pair(self) -> Pair:
        p, right = self.a[0], _right
        told = {"set": p.set, "case": p.case, "turn": p.turn, "text": p.text, "expected": p.expected}
        shares = {"a": _mean(self.a, right), "b": _mean(self.b, right)}
        return Pair.model_validate({**told, **shares, "got_a": _usual(self.a), "got_b": _usual(self.b)})


def compare(a: Run, b: Run, seed: int = 0) -> Comparison:
    """Plain turns in both runs whose text and labels are the same; a failure is not a wrong answer."""
    common = _common(a, b)
    pairs = [both for turn in common if (both := turn.answered()).a and both.b]
    deltas = [turn.delta(_right) for turn in pairs]
    transcripts = [transcript(turn.a[0]) for turn in pairs]
    last = a.provenance.last_resort
    missed = [t.delta(lambda p: p.missed(last)) for t in pairs if t.a[0].expected == last]
    coverage = [turn.delta(lambda p: p.covered) for turn in common]
    difference, p_value = mean_interval(deltas, transcripts, seed), sign_test(deltas)
    verdict = _verdict(difference, p_value, unlike=any(deltas) or any(coverage))
    paid_a, paid_b = (fsum(_mean(side, _cost) for side in sides) for sides in _sides(common))
    found = Comparison(
        a=a.provenance.run_id,
        b=b.provenance.run_id,
        paired=len(pairs),
        difference=difference,
        p_value=p_value,
        fixed=[turn.as_pair() for turn, delta in zip(pairs, deltas, strict=True) if delta > 0],
        broken=[turn.as_pair() for turn, delta in zip(pairs, deltas, strict=True) if delta < 0],
        cost_difference=paid_b - paid_a,
        cost_ratio=paid_b / paid_a if paid_a > 0 else None,
        p95_difference=_p95_difference(common),
        missed_difference=fsum(missed) / len(missed) if missed else 0.0,
        missed_p_value=sign_test(missed),
        coverage_difference=fsum(coverage) / len(coverage) if coverage else 0.0,
        coverage_p_value=sign_test(coverage),
        verdict=verdict,
        needed=turns_needed(deltas, transcripts, seed) if verdict == "undecided" else None,
        sentence="",
    )
    return found.model_copy(update={"sentence": describe_verdict(found, REPORT_LANGUAGE)})


def _common(a: Run, b: Run) -> list[_Turn]:
    before, after = _by_turn(a), _by_turn(b)
    turns = (_Turn(before[key], after[key]) for key in sorted(before.keys() & after.keys()))
    return [turn for turn in turns if turn.same_case]


def _by_turn(run: Run) -> dict[Key, list[Prediction]]:
    found: dict[Key, list[Prediction]] = {}
    for p in sorted(plain(run.predictions), key=lambda p: p.key):
        found.setdefault((p.set, p.case, p.turn), []).append(p)
    return found


def _verdict(difference: Interval, p_value: float, unlike: bool) -> Verdict:
    if difference.n and not unlike:
        return "same"
    if p_value < ALPHA and difference.low > 0:
        return "better"
    return "worse" if p_value < ALPHA and difference.high < 0 else "undecided"


def describe_verdict(found: Comparison, language: str) -> str:
    """The verdict in one sentence: the difference, then coverage, cost and the turns that would decide."""
    words = read("verdict", language)
    if not found.paired:
        return str(words["none"])
    parts = (_difference(found, words), _coverage(found, words), _money(found, words), _needed(found, words))
    return localise_decimals("; ".join(part for part in parts if part), language) + "."


def localise_decimals(text: str, language: str) -> str:
    """With the decimal sign of the language between digits."""
    return re.sub(r"(?<=\d)\.(?=\d)", ",", text) if language == "ru" else text


def format_points(share: float) -> str:
    return f"{100 * share:.1f}".replace("-", "−")


def format_p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.2g}"


def _difference(found: Comparison, words: Words) -> str:
    if found.verdict == "same":
        return words["same"].format(paired=found.paired)
    if not (found.fixed or found.broken):
        return words["alike"].format(paired=found.paired)
    side, behind = found.difference, found.difference.value < 0
    low, high = (-side.high, -side.low) if behind else (side.low, side.high)
    tail = words["tail"].format(low=format_points(low), high=format_points(high), p=format_p(found.p_value))
    kind = found.verdict if found.verdict != "undecided" else "behind" if behind else "ahead"
    counts = words["counts"].format(fixed=len(found.fixed), broken=len(found.broken))
    return words[kind].format(size=format_points(abs(side.value)), tail=tail) + counts


def _coverage(found: Comparison, words: Words) -> str:
    change = found.coverage_difference
    sentence = words["more_answered" if change > 0 else "fewer_answered"]
    return sentence.format(size=format_points(abs(change))) if change else ""


def _money(found: Comparison, words: Words) -> str:
    if found.cost_ratio is None:
        cost = f"{found.cost_difference:.4g}"
        return words["money"].format(cost=cost) if found.cost_difference > 0 else ""
    percent = round(100 * (found.cost_ratio - 1))
    return words["dearer" if percent > 0 else "cheaper"].format(percent=abs(percent)) if percent else ""


def _needed(found: Comparison, words: Words) -> str:
    if found.needed is None:
        return ""
    return words["needed"].format(needed=found.needed, more=found.needed - found.paired)


def _mean(predictions: list[Prediction], of: Callable[[Prediction], float]) -> float:
    return fsum(of(p) for p in predictions) / len(predictions)


def _right(prediction: Prediction) -> float:
    return prediction.right


def _cost(prediction: Prediction) -> float:
    return prediction.cost


def _usual(predictions: list[Prediction]) -> str | None:
    return Counter(p.got for p in predictions).most_common(1)[0][0]


def _sides(turns: list[_Turn]) -> tuple[list[list[Prediction]], list[list[Prediction]]]:
    return [turn.a for turn in turns], [turn.b for turn in turns]


def _p95_difference(common: list[_Turn]) -> float | None:
    """Over turns that were timed in both runs."""
    timed = [turn for turn in common if waits(turn.a) and waits(turn.b)]
    a, b = (percentile([p for side in sides for p in side], 95) for sides in _sides(timed))
    return None if a is None or b is None else b - a
