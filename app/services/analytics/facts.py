"""Facts of one dialog that the figures need: small, and independent of the time of the query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from app.core.anger import ANGRY, cue_pattern, measure_anger
from app.core.called import EMBEDDED, Why, find_why
from app.core.dialog import Dialog, Message
from app.core.event_data import short
from app.core.models import OPERATOR, Turn
from app.core.text import clean, fold

Timed = tuple[datetime, float]


def find_waits(dialog: Dialog) -> Iterator[Timed]:
    """(time of the escalation, seconds until an operator's first line)."""
    lines = [m.timestamp for m in dialog.messages if m.agent_type == OPERATOR]
    wanted = [event.at for event in dialog.events if event.kind == "dialog.escalated"]
    for place, since in enumerate(wanted):
        until = wanted[place + 1] if place + 1 < len(wanted) else None
        came = next((at for at in lines if at >= since and (until is None or at < until)), None)
        if came:
            yield since, (came - since).total_seconds()


def find_handling(dialog: Dialog) -> Iterator[Timed]:
    """(time of the takeover, seconds until handback, closing, or the last line of that spell).

    Dialogs older than the record of takeovers begin with a person's first line. A spell that has neither
    an end nor a line says nothing yet.
    """
    lines = [m.timestamp for m in dialog.messages if m.agent_type == OPERATOR]
    taken = [event.at for event in dialog.events if event.kind == "dialog.taken_over"]
    ends = sorted(note.at for note in dialog.notes)
    signs = sorted([*taken, *lines])
    while signs:
        began = signs[0]
        back = next((at for at in ends if at >= began), None)
        spell = [at for at in signs if back is None or at <= back]
        until = back or _closing_time(dialog) or max((at for at in spell if at in lines), default=None)
        if until:
            yield began, (until - began).total_seconds()
        signs = signs[len(spell) :]


def _closing_time(dialog: Dialog) -> datetime | None:
    """None for a dialog closed by timeout."""
    ours = dialog.closing and dialog.closing.reason != "timeout"
    return dialog.closing.at if dialog.closing and ours else None


TELLING = 3  # words from which a line is a question of its own
FIRST = 1
"""Number of the line with which a customer begins: a request, with a question mark or without."""
SEARCH = "search_knowledge"
TIMEOUT, SUPERSEDED = "timeout", "superseded"
Mood = Literal["angry", "thankful", "plain"]
"""Of the last line."""


@dataclass(frozen=True, slots=True)
class TurnFacts:
    """`seconds` is how long the customer waited. `gap` is the question where nothing was found for it, and
    `unread` a line that is none; `article` is the first one that was cited.

    `told` turns answer no line: they tell what a person has decided.
    """

    at: datetime
    agent: str
    source: str
    language: str
    seconds: float
    handed_off: bool
    degraded: bool
    withheld: bool
    tokens: int
    paid: bool
    cost: float
    tools: tuple[tuple[str, str], ...] = ()
    article: str = ""
    gap: str = ""
    unread: str = ""
    told: bool = False
    liked: bool | None = None


@dataclass(frozen=True, slots=True)
class Spell:
    """Something that began `at` and took `seconds`."""

    at: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class DialogFacts:
    """`closed` is None while it is open; `answered`: the last word was not the customer's.

    `superseded` dialogs go on as a branch: what was said in them counts, they themselves do not. A branch
    begins with copies of lines, which are left out of `lines`, `turns` and `failed`.
    """

    dialog_id: str
    customer_id: str
    opened: datetime
    last_line: datetime
    closed: datetime | None
    timed_out: bool
    superseded: bool
    language: str
    agent: str | None
    lines: tuple[datetime, ...]
    turns: tuple[TurnFacts, ...]
    failed: tuple[datetime, ...]
    escalated: tuple[datetime, ...]
    person: bool
    waits: tuple[Spell, ...]
    handled: tuple[Spell, ...]
    answered: bool
    mood: Mood
    rating: int | None
    why: Why
    subject: str

    def ended(self, now: datetime, idle: timedelta) -> datetime | None:
        """When it was over: closed by somebody, or its last line where nobody came back to it."""
        if self.closed and not self.timed_out:
            return self.closed
        return self.last_line if self.closed or now - self.last_line >= idle else None

    @property
    def needed_person(self) -> bool:
        return bool(self.escalated) or self.person

    @property
    def handed_off(self) -> bool:
        return any(turn.handed_off for turn in self.turns)


def facts_of(dialog: Dialog) -> DialogFacts | None:
    """None where the customer has said nothing."""
    said = [m for m in dialog.messages if m.role == "customer"]
    if not said:
        return None
    turns = tuple(_turns(dialog))
    asked = [turn for turn in turns if not turn.told]
    since = dialog.created_at if dialog.forked_from else None
    return DialogFacts(
        dialog_id=dialog.dialog_id,
        customer_id=dialog.customer_id,
        opened=dialog.created_at,
        last_line=dialog.messages[-1].timestamp,
        closed=dialog.closing.at if dialog.closing else None,
        timed_out=_closed_as(dialog, TIMEOUT),
        superseded=_closed_as(dialog, SUPERSEDED),
        language=asked[-1].language if asked else "",
        agent=asked[-1].agent if asked else None,
        lines=tuple(m.timestamp for m in dialog.messages if since is None or m.timestamp >= since),
        turns=tuple(turn for turn in turns if since is None or turn.at >= since),
        failed=tuple(
            m.timestamp for m in said if m.state == "failed" and (since is None or m.timestamp >= since)
        ),
        escalated=tuple(_find_escalations(dialog)),
        person=any(m.agent_type == OPERATOR for m in dialog.messages),
        waits=tuple(Spell(at, seconds) for at, seconds in find_waits(dialog)),
        handled=tuple(Spell(at, seconds) for at, seconds in find_handling(dialog)),
        answered=dialog.messages[-1].role == "agent",
        mood=mood_of(said[-1].content),
        rating=dialog.rating.score if dialog.rating else None,
        why=find_why(dialog.messages, any(_find_escalations(dialog))),
        subject=short(clean(said[0].content)),
    )


def _closed_as(dialog: Dialog, reason: str) -> bool:
    return dialog.closing is not None and dialog.closing.reason == reason


def mood_of(line: str) -> Mood:
    if measure_anger([line]).level >= ANGRY:
        return "angry"
    return "thankful" if cue_pattern("thanks").search(fold(line)) else "plain"


def _turns(dialog: Dialog) -> Iterator[TurnFacts]:
    asked: Message | None = None
    for message in dialog.messages:
        if message.role == "customer":
            asked = message
        elif message.turn and asked:
            yield _turn(message, message.turn, asked)


def _turn(message: Message, turn: Turn, asked: Message) -> TurnFacts:
    told = message.about is not None
    missed = "" if told or not _is_missed(turn, asked.content) else short(clean(asked.content))
    question = asked.seq == FIRST or "?" in asked.content
    return TurnFacts(
        at=message.timestamp,
        agent=turn.agent,
        source=turn.decision.source,
        language=turn.language,
        seconds=0.0 if told else max(0.0, (message.timestamp - asked.timestamp).total_seconds()),
        handed_off=bool(turn.hops) and not told,
        degraded=turn.degraded or turn.decision.degraded,
        withheld=bool(turn.withheld),
        tokens=turn.usage.total,
        paid=bool(turn.usage.total) and turn.model != EMBEDDED,
        cost=turn.usage.cost,
        tools=tuple((use.name, use.status) for use in turn.tools),
        article=turn.citations[0] if turn.citations else "",
        gap=missed if question else "",
        unread="" if question else missed,
        told=told,
        liked=message.liked,
    )


def _is_missed(turn: Turn, question: str) -> bool:
    """No article was cited and no record was asked; pleasantries and single words are no questions."""
    looked_up = any(use.name != SEARCH for use in turn.tools)
    return not (turn.citations or looked_up or turn.escalated) and (
        turn.model != "approved" and len(question.split()) >= TELLING and mood_of(question) == "plain"
    )


def _find_escalations(dialog: Dialog) -> Iterator[datetime]:
    """From the events; dialogs older than events tell by their turns and by who wrote."""
    told = [event.at for event in dialog.events if event.kind == "dialog.escalated"]
    if told or dialog.events:
        return iter(told)
    marks = (
        m.timestamp for m in dialog.messages if m.agent_type == OPERATOR or (m.turn and m.turn.escalated)
    )
    return iter([first] if (first := next(marks, None)) else [])
