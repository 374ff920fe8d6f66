"""What a customer wants of an operator, in their own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.core.anger import measure_anger
from app.core.dialog import Dialog, Message
from app.core.models import OPERATOR
from app.core.own_words import calls_person, is_answer, own_lines, states_matter
from app.core.text import clean, shorten

PERSON = "person"  # the act of a line that asks for one
CUE_LEVEL = 0.25  # of one word that tells anger
LONG, GLANCE = 240, 26  # letters of a line; and of one before which another one matters
_CLAUSE = re.compile(r"(?<=[.!?,;])\s+|\n+")
LEFT = 2  # words at least that are left of a line without its shouts


def calm_words(text: str) -> str:
    """Without what only shouts or only calls for a person; the whole line where nothing is left."""
    clauses = (clause.strip() for clause in _CLAUSE.split(clean(text)))
    kept = [each for each in clauses if each and not _is_shout(each) and not calls_person(each)]
    told = " ".join(kept).rstrip(" ,;")
    return told if len(told.split()) >= LEFT else text


def _is_shout(clause: str) -> bool:
    return measure_anger([clause]).level >= CUE_LEVEL


def short(text: str) -> str:
    return shorten(clean(text), LONG)


@dataclass(frozen=True)
class StatedWish:
    """`wanted`: the line that needs an operator, after a shortened first line; `matter`: the one that states
    what it is about; `since`: what the customer said between that line and a bare call for a person.
    """

    wanted: str = ""
    matter: str = ""
    since: list[str] = field(default_factory=list)


def find_wish(dialog: Dialog, lines: Sequence[Message], asks_person: str) -> StatedWish:
    """Neither an answer to our question nor a bare call for a person is a matter, if another line is one."""
    said = own_lines(dialog, lines) or [m for m in lines if m.role == "customer"]
    if not said:
        return StatedWish()
    line = _escalating(dialog, lines) or _last_telling(dialog, said)
    before = [m for m in said if m.seq < line.seq and states_matter(m)]
    if before and _is_call(line, lines):
        return _before_a_call(before, line, lines, asks_person)
    if before and is_answer(dialog, line):
        line = before.pop()
    told = short(line.content)
    telling = told if states_matter(line) or not before else short(before[-1].content)
    earlier = before[:1] if states_matter(line) else before[-1:]
    began = short(earlier[0].content) if earlier else told
    return StatedWish(told if began == told else short(f"{_glance(began)} → {told}"), telling)


def _before_a_call(
    before: list[Message], call: Message, lines: Sequence[Message], asks_person: str
) -> StatedWish:
    text = _open_matter(lines, call)
    matter = next((m for m in reversed(before) if text and text in m.content), before[-1])
    told = short(asks_person.format(matter=short(matter.content)))
    since = [short(m.content) for m in before if m.seq > matter.seq]
    began = short(before[0].content)
    return StatedWish(
        told if matter is before[0] else short(f"{_glance(began)} → {told}"), short(matter.content), since
    )


def _open_matter(lines: Sequence[Message], call: Message) -> str:
    """The words that opened what the dialog was about before the call; only the embedded model keeps them."""
    known = [m.turn.matter for m in lines if m.seq < call.seq and m.turn and m.turn.matter]
    return next((m.text for m in reversed(known) if m.text and m.act != PERSON), "")


def _is_call(line: Message, lines: Sequence[Message]) -> bool:
    """By its words, or because the embedded model read nothing else in it."""
    read = next((m.turn.matter for m in lines if m.seq > line.seq and m.turn), None)
    only = read is not None and (read.act, read.text) == (PERSON, line.content)
    return only or calls_person(line.content)


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
