"""What a customer wants of an operator, in their own words."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.dialog import Dialog, Message
from app.core.models import OPERATOR
from app.core.own_words import calls_person, is_answer, own_lines, states_matter
from app.core.text import clean, shorten

LONG, GLANCE = 240, 26  # letters of a line; and of one before which another one matters


def short(text: str) -> str:
    return shorten(clean(text), LONG)


def find_wish(dialog: Dialog, lines: Sequence[Message], asks_person: str) -> tuple[str, str]:
    """The line that needs an operator, after a shortened first line; and the one that states the matter.

    Neither an answer to our question nor a bare call for a person is a matter, where another line is one.
    """
    said = own_lines(dialog, lines) or [m for m in lines if m.role == "customer"]
    if not said:
        return "", ""
    line = _escalating(dialog, lines) or _last_telling(dialog, said)
    before = [m for m in said if m.seq < line.seq and states_matter(m)]
    if before and calls_person(line.content):
        called = asks_person.format(matter=short(before[-1].content))
        return _after(before, short(called)), short(called)
    if before and is_answer(dialog, line):
        line = before.pop()
    told = short(line.content)
    telling = told if states_matter(line) or not before else short(before[-1].content)
    earlier = before[:1] if states_matter(line) else before[-1:]
    began = short(earlier[0].content) if earlier else told
    return told if began == told else short(f"{_glance(began)} → {told}"), telling


def _after(before: list[Message], told: str) -> str:
    began = short(before[0].content)
    return told if len(before) == 1 else short(f"{_glance(began)} → {told}")


def latest_line(dialog: Dialog) -> str:
    """The customer's latest words that are no answer to a question of ours."""
    said = own_lines(dialog)
    return short(said[-1].content) if said else ""


def is_unread(dialog: Dialog) -> bool:
    """A person serves, and the customer wrote last."""
    spoken = [m for m in dialog.messages if m.role == "customer" or m.agent_type == OPERATOR]
    return dialog.handler == "person" and bool(spoken) and spoken[-1].role == "customer"


def _escalating(dialog: Dialog, lines: Sequence[Message]) -> Message | None:
    """The line whose answer escalated; the last such line if the dialog is not escalated now."""
    since = dialog.escalation.since if dialog.escalation else None
    found = asked = None
    for line in lines:
        if line.role == "customer":
            asked = line
        elif line.turn and line.turn.escalated and since in (None, line.timestamp):
            found = asked
    return found


def _last_telling(dialog: Dialog, said: Sequence[Message]) -> Message:
    """The last informative line before an operator joined; later lines are addressed to the operator."""
    since = dialog.escalation.since if dialog.escalation else None
    before = [m for m in said if since is None or m.timestamp <= since] or list(said)
    return next((m for m in reversed(before) if states_matter(m)), before[-1])


def _glance(text: str) -> str:
    whole = len(text) <= GLANCE
    return text if whole else f"{text[:GLANCE].rpartition(' ')[0].rstrip(' ,.;:!?—-') or text[:GLANCE]}…"
