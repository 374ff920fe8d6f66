"""The headline of a run: two sentences, three cards, and more figures with explanations."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.stats import Interval
from app.evaluation.metrics import Headline
from app.evaluation.report import Report
from app.ui.evaluation.rows import EvaluationTexts
from app.ui.room import render
from app.ui.words import NOTHING

TYPOS = "typos"


@dataclass(frozen=True)
class HeadlineCard:
    key: str
    title: str
    value: str
    note: str
    help: str = ""


def render_headline(report: Report, texts: EvaluationTexts) -> str:
    h, words = report.headline, texts.words
    shown = {
        "accuracy": (_share(h.accuracy, texts), texts.within(h.accuracy)),
        "missed": (_share(h.missed_escalations, texts), _of(h.missed_escalations, texts)),
        "needless": _needless(report, texts),
    }
    more = {
        "f1": (texts.percent(h.macro_f1, 1) if h.accuracy.n else NOTHING, ""),
        "coverage": (_share(h.coverage, texts), _coverage(h, texts)),
        "p95": _latency(h, texts),
        "cost": (texts.number(round(h.mistake_cost, 2)), _spent(h, texts)),
    }
    return render(
        "evaluation.headline",
        sentences=describe_headline(report, texts),
        cards=[HeadlineCard(key, words["cards"][key], *told) for key, told in shown.items()],
        more=[
            HeadlineCard(key, words["cards"][key], *told, words["explained"][key])
            for key, told in more.items()
        ],
        t=texts,
    )


def describe_headline(report: Report, texts: EvaluationTexts) -> list[str]:
    """For somebody who reads nothing else."""
    h, words = report.headline, texts.words["lead"]
    if not h.accuracy.n:
        return [words["nothing"]]
    right, due = h.accuracy, h.missed_escalations
    margin = 100 * max(right.high - right.value, right.value - right.low)
    told = {
        "right": _of_hundred(right.value, texts),
        "n": texts.number(right.n),
        "all": texts.number(sum(each.turns for each in report.provenance.sets)),
        "margin": texts.number(margin, 1),
    }
    sentences = [words["right_of_some" if report.provenance.limit else "right"].format(**told)]
    if due.n:
        agent = texts.agent(report.provenance.last_resort)
        counts = {"due": texts.number(due.n), "missed": texts.number(round(due.value * due.n))}
        kind = "missed" if due.value else "none_missed"
        sentences.append(words[kind].format(agent=agent, **counts))
    for flip in report.robustness:
        if flip.perturbation == TYPOS and flip.accuracy.n:
            told = {"right": _of_hundred(flip.accuracy.value, texts), "n": texts.number(flip.accuracy.n)}
            sentences.append(words["typos"].format(**told))
    return sentences


def _of_hundred(share: float, texts: EvaluationTexts) -> str:
    """With a decimal where a whole number would say that all or none are right."""
    whole = round(100 * share)
    return texts.number(100 * share, 1 if whole in (0, 100) and share not in (0, 1) else 0)


def _needless(report: Report, texts: EvaluationTexts) -> tuple[str, str]:
    """Of those that others should have got, how many came to the last resort."""
    last = report.provenance.last_resort
    others = [row for expected, row in report.confusion.items() if expected != last]
    n, came = sum(sum(row.values()) for row in others), sum(row.get(last, 0) for row in others)
    if not n:
        return NOTHING, str(texts.words["nothing"])
    return texts.percent(came / n, 1), texts.words["of"].format(k=texts.number(came), n=texts.number(n))


def _of(given: Interval, texts: EvaluationTexts) -> str:
    if not given.n:
        return str(texts.words["nothing"])
    counted = texts.words["of"].format(k=texts.number(round(given.value * given.n)), n=texts.number(given.n))
    return f"{counted} · {texts.within(given)}"


def _share(given: Interval, texts: EvaluationTexts) -> str:
    return texts.percent(given.value, 1) if given.n else NOTHING


def _coverage(h: Headline, texts: EvaluationTexts) -> str:
    return " · ".join(f"{texts.outcome(name)} {texts.number(n)}" for name, n in h.outcomes.items() if n)


def _latency(h: Headline, texts: EvaluationTexts) -> tuple[str, str]:
    words = texts.words
    if h.p50 is None or h.p95 is None:
        return NOTHING, words["p95_none"]
    note = words["p95_note"].format(p50=texts.number(h.p50 * 1000, 0), n=texts.number(h.timed))
    return f"{texts.number(h.p95 * 1000, 0)}\u00a0{words['ms']}", note


def _spent(h: Headline, texts: EvaluationTexts) -> str:
    spent: str = texts.words["cost_note"]
    return spent.format(money=texts.dollars(h.cost), tokens=texts.number(h.tokens))
