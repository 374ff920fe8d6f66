"""Events of a period, whole or by day, agent and language; inferred outcomes of dialogs."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from app.services.analytics.facts import DialogFacts, Spell, TurnFacts
from app.services.analytics.period import Period

AGAIN = timedelta(hours=72)
Feeling = Literal["content", "discontent", "unknown"]


@dataclass
class Visits:
    """Start times of each customer's dialogs."""

    _by_customer: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, began: Iterable[tuple[str, datetime]]) -> Visits:
        visits = cls()
        for customer, at in sorted(began, key=lambda each: each[1]):
            visits._by_customer[customer].append(at)
        return visits

    def has_returned(self, facts: DialogFacts, ended: datetime) -> bool:
        """A later dialog of this customer began until 72 hours after this one's end."""
        times = self._by_customer.get(facts.customer_id, [])
        after = bisect_right(times, facts.opened)
        return after < len(times) and times[after] <= ended + AGAIN


@dataclass(frozen=True)
class Outcomes:
    """As seen at `now`; without a line for as long as `idle` a dialog counts as over."""

    visits: Visits
    now: datetime
    idle: timedelta

    def resolved(self, facts: DialogFacts) -> bool | None:
        """None while it goes on, or while its 72 hours have not passed: good and bad news alike."""
        ended = facts.ended(self.now, self.idle)
        if ended is None or self.now < ended + AGAIN:
            return None
        return facts.answered and not facts.needed_person and not self.visits.has_returned(facts, ended)

    def feeling(self, facts: DialogFacts) -> Feeling:
        """From the ending alone, never from a rating: so that the two can be compared."""
        ended = facts.ended(self.now, self.idle)
        if ended is None:
            return "unknown"
        left_alone = not facts.answered or (bool(facts.escalated) and not facts.person)
        if facts.mood == "angry" or left_alone or self.visits.has_returned(facts, ended):
            return "discontent"
        return "content" if facts.mood == "thankful" or self.resolved(facts) else "unknown"


Hits = tuple[int, int]
K = TypeVar("K", bound=Hashable)


@dataclass
class Scope:
    """`dialogs` began within it; `turns`, `failed`, `lines` and `escalations` happened within it."""

    outcomes: Outcomes
    dialogs: list[DialogFacts] = field(default_factory=list)
    turns: list[TurnFacts] = field(default_factory=list)
    failed: list[datetime] = field(default_factory=list)
    lines: list[datetime] = field(default_factory=list)
    escalations: list[datetime] = field(default_factory=list)
    waits: list[Spell] = field(default_factory=list)
    handled: list[Spell] = field(default_factory=list)

    @classmethod
    def of(
        cls, known: Iterable[DialogFacts], period: Period, outcomes: Outcomes, until: datetime | None = None
    ) -> Scope:
        """`until` breaks the period off."""
        start, end = period.start, until or period.end
        scope = cls(outcomes)
        for facts in known:
            if start <= facts.opened < end and not facts.superseded:
                scope.dialogs.append(facts)
            scope.turns += [turn for turn in facts.turns if start <= turn.at < end]
            scope.failed += [at for at in facts.failed if start <= at < end]
            scope.lines += [at for at in facts.lines if start <= at < end]
            scope.escalations += [at for at in facts.escalated if start <= at < end]
            scope.waits += [spell for spell in facts.waits if start <= spell.at < end]
            scope.handled += [spell for spell in facts.handled if start <= spell.at < end]
        return scope

    @property
    def answers(self) -> list[TurnFacts]:
        """Turns that answered a customer's line."""
        return [turn for turn in self.turns if not turn.told]

    @property
    def handed_off(self) -> Hits:
        return _hits(self.dialogs, lambda facts: facts.handed_off)

    @property
    def escalated(self) -> Hits:
        return _hits(self.dialogs, lambda facts: facts.needed_person)

    @property
    def resolved(self) -> Hits:
        known = [out for facts in self.dialogs if (out := self.outcomes.resolved(facts)) is not None]
        return sum(known), len(known)

    @property
    def content(self) -> Hits:
        """Of those whose ending says something."""
        felt = [self.outcomes.feeling(facts) for facts in self.dialogs]
        return felt.count("content"), len(felt) - felt.count("unknown")

    @property
    def ratings(self) -> list[int]:
        return [facts.rating for facts in self.dialogs if facts.rating is not None]

    @property
    def liked(self) -> Hits:
        """Of the answers about which the customer said something."""
        said = [turn.liked for turn in self.turns if turn.liked is not None]
        return sum(said), len(said)

    @property
    def degraded(self) -> Hits:
        return _hits(self.answers, lambda turn: turn.degraded)

    @property
    def withheld(self) -> Hits:
        return _hits(self.turns, lambda turn: turn.withheld)

    @property
    def lost(self) -> Hits:
        """Lines that got no answer, of all that asked for one."""
        return len(self.failed), len(self.failed) + len(self.answers)

    @property
    def tokens(self) -> int:
        return sum(turn.tokens for turn in self.turns)

    @property
    def cost(self) -> float:
        return sum(turn.cost for turn in self.turns)

    @property
    def closing_times(self) -> list[float]:
        """Seconds from the first line to the end, of those that are over."""
        now, idle = self.outcomes.now, self.outcomes.idle
        ends = ((facts, facts.ended(now, idle)) for facts in self.dialogs)
        return [(end - facts.opened).total_seconds() for facts, end in ends if end]

    def by(
        self,
        dialog: Callable[[DialogFacts], K],
        turn: Callable[[TurnFacts], K],
        moment: Callable[[datetime], K] | None = None,
    ) -> dict[K, Scope]:
        """Parts. What has only a moment goes to the part of that moment, where there is one."""
        parts: dict[K, Scope] = {}

        def part(key: K) -> Scope:
            return parts.setdefault(key, Scope(self.outcomes))

        for facts in self.dialogs:
            part(dialog(facts)).dialogs.append(facts)
        for each in self.turns:
            part(turn(each)).turns.append(each)
        if moment:
            for name in ("failed", "lines", "escalations"):
                for at in getattr(self, name):
                    getattr(part(moment(at)), name).append(at)
        return parts


def _hits(values: Sequence[object], hit: Callable[..., bool]) -> Hits:
    return sum(map(hit, values)), len(values)
