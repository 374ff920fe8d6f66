"""What only a conversation of several turns shows. Failures are left out of every share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal, get_args

from pydantic import BaseModel

from app.core.stats import Interval
from app.evaluation.metrics import plain
from app.evaluation.predictions import SUPERVISOR, Prediction, share

Escalation = Literal["early", "on_time", "late", "never"]
Transcript = list[Prediction]


class DialogMeasures(BaseModel):
    """`transcripts` counts multi-turn ones, each repeat apart.

    `escalations`: those that had to be escalated, by when the router first did.
    `sticky`: of the turns where the serving agent was still right, how many stayed (high is good).
    `needless_switches`: of such turns marked "stay", how many left (low is good).
    `stuck`: of the turns that needed someone else, how many stayed all the same (low is good).
    `returns`: of the turns marked "return", how many came back to the right agent (high is good).
    """

    transcripts: int
    escalations: dict[Escalation, int]
    sticky: Interval
    needless_switches: Interval
    stuck: Interval
    returns: Interval


def dialog_measures(predictions: Iterable[Prediction]) -> DialogMeasures | None:
    """None where no case has more than one customer's turn."""
    transcripts = _multi_turn(plain(predictions))
    if not transcripts:
        return None
    answered = [p for turns in transcripts for p in turns if p.covered]
    served = [p for p in answered if p.serving is not None]
    content = [p for p in served if p.serving in p.acceptable]
    ill_served = [p for p in served if p.serving not in p.acceptable]
    came_when = Counter(_escalation(turns) for turns in transcripts)
    return DialogMeasures(
        transcripts=len(transcripts),
        escalations={when: came_when[when] for when in get_args(Escalation)},
        sticky=share(content, _stayed),
        needless_switches=share((p for p in content if p.event == "stay"), lambda p: not _stayed(p)),
        stuck=share(ill_served, _stayed),
        returns=share((p for p in answered if p.event == "return"), lambda p: p.right),
    )


def _multi_turn(predictions: Iterable[Prediction]) -> list[Transcript]:
    found: dict[tuple[str, str, int], Transcript] = {}
    for p in predictions:
        found.setdefault((p.set, p.case, p.repeat), []).append(p)
    several = (turns for turns in found.values() if any(p.nth > 1 for p in turns))
    return [sorted(turns, key=lambda p: p.turn) for turns in several]


def _stayed(prediction: Prediction) -> bool:
    return prediction.got == prediction.serving


def _escalation(turns: Transcript) -> Escalation | None:
    """Due by the first turn that only the supervisor may take; in time from the first one they may take.

    None where nothing was due, or where the router failed on the due turn.
    """
    due = next((at for at, p in enumerate(turns) if set(p.acceptable) == {SUPERVISOR}), None)
    first = next((at for at, p in enumerate(turns) if p.covered and p.got == SUPERVISOR), None)
    if due is None:
        return None
    if first is not None and first <= due:
        return "on_time" if SUPERVISOR in turns[first].acceptable else "early"
    if not turns[due].covered:
        return None
    return "never" if first is None else "late"
