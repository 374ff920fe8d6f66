"""What brought a person to a dialog: one answer for every room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from app.core.anger import ANGRY, measure_anger
from app.core.dialog import Message
from app.core.models import OPERATOR, Turn
from app.core.own_words import calls_person, names_person

Why = Literal["asked", "called", "approval", "angry", "degraded", "unsettled", "operator", ""]
"""What made a person come first: `asked` by the customer, `called` by an agent unasked;
`operator`: came unasked; empty where no person was needed."""
PERSON = "person"  # the act of a line that asks for one
APPROVAL, CALLED, EMBEDDED = "approval", "called", "embedded"


def find_why(lines: Sequence[Message], wanted: bool) -> Why:
    """`wanted`: a person is wanted, whatever the lines say."""
    asked = ""
    for line in lines:
        if line.role == "customer":
            asked = line.content
        elif line.agent_type == OPERATOR:
            return "operator"
        elif line.turn and line.turn.escalated:
            return _why(line.turn, asked)
    return "operator" if wanted else ""


def _why(turn: Turn, asked: str) -> Why:
    """Whoever asks for a person in so many words has asked for one, however angry they are."""
    became = {use.status for use in turn.tools}
    if APPROVAL in became:
        return "approval"
    by_us = CALLED in became and turn.model == EMBEDDED and _is_wanted(turn)
    if calls_person(asked) or (by_us and names_person(asked)):
        return "asked"
    if measure_anger([asked]).level >= ANGRY:
        return "angry"
    if CALLED in became:
        return "asked" if by_us else "called"
    return "degraded" if turn.degraded else "unsettled"


def _is_wanted(turn: Turn) -> bool:
    """The embedded model keeps what the customer wanted; of an alarm or a threat it calls by itself."""
    return turn.matter is None or turn.matter.act in ("", PERSON)
