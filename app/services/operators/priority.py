"""Order of the queue: a weighted sum of signals, monotonic in each of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from app.core.anger import Anger, measure_anger
from app.core.backoffice import Worth
from app.core.urgency import points_of, repeats_share, waiting_share, worth_share
from app.services.operators.summary import name_payment, name_plan, name_span, quote, wording

SHOWN = 1.0  # points from which a part is told as a reason


@dataclass(frozen=True, slots=True)
class Signals:
    """`lines` are the customer's words; `waiting` is seconds; `worth` is None where nothing is known."""

    lines: Sequence[str] = ()
    waiting: float = 0.0
    worth: Worth | None = None
    repeats: int = 0
    approval: bool = False


class Parts(BaseModel):
    """Components of the score, in points."""

    anger: float
    waiting: float
    value: float
    repeats: float
    approval: float


class Priority(BaseModel):
    """`score` is 0..100, the sum of the components; `reasons` are in the requested language, in one order."""

    score: int
    parts: Parts
    reasons: list[str]

    @property
    def hundredths(self) -> int:
        """The unrounded score in hundredths of a point, to sort by."""
        parts = self.parts
        total = parts.anger + parts.waiting + parts.value + parts.repeats + parts.approval
        return round(100 * total)


def priority_of(signals: Signals, language: str) -> Priority:
    """score = 35·anger + 30·waiting + 15·approval + 10·value + 10·repeats, each in 0..1.

    anger    1 − 0.7^cues · 0.85^(words in capitals + further exclamation marks) · 0.75^repeated lines
    waiting  w / (w + 15 minutes)
    approval 1 where an action waits for a decision
    value    1 − (1 − plan)(1 − paid / (paid + 20 000 ₽)), plan: its `value` in the catalogue
    repeats  1 − 0.6^(other dialogs of the customer in 30 days)
    """
    anger = measure_anger(signals.lines)
    shares = {
        "anger": anger.level,
        "waiting": waiting_share(signals.waiting),
        "value": worth_share(signals.worth),
        "repeats": repeats_share(signals.repeats),
        "approval": float(signals.approval),
    }
    parts = Parts(**{name: points_of(share, name) for name, share in shares.items()})
    points = parts.model_dump()
    reasons = {name: text for name, text in _reasons(signals, anger, language).items() if text}
    told = [text for name, text in reasons.items() if points[name] >= SHOWN]
    return Priority(score=round(sum(points.values())), parts=parts, reasons=told)


def _reasons(signals: Signals, anger: Anger, language: str) -> dict[str, str]:
    words = wording(language)["reasons"]
    return {
        "approval": words["approval"],
        "anger": words["anger"].format(signs=", ".join(_signs(anger, language))),
        "value": words["value"].format(worth=", ".join(_worth(signals.worth, language))),
        "repeats": words["repeats"].format(count=signals.repeats),
        "waiting": words["waiting"].format(span=name_span(signals.waiting, language)),
    }


def _signs(anger: Anger, language: str) -> list[str]:
    words = wording(language)["signs"]
    counts = {"shouted": anger.shouted, "marks": anger.marks, "repeated": anger.repeated}
    cues = [quote(f"{cue}…", language) for cue in dict.fromkeys(anger.cues)]
    return [*cues, *(words[name] for name, count in counts.items() if count)]


def _worth(worth: Worth | None, language: str) -> list[str]:
    plan = [name_plan(worth.plan, language)] if worth and worth.plan else []
    paid = [name_payment(worth.paid_rub, language)] if worth and worth.paid_rub > 0 else []
    return [*plan, *paid]
