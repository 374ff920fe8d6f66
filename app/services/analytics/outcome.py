"""How a dialog came out: solved at first contact, and whether the customer seems content. Inferred."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from app.services.analytics.facts import DialogFacts

AGAIN = timedelta(hours=72)
Feeling = Literal["content", "discontent", "unknown"]


@dataclass
class Visits:
    """When each customer began a dialog."""

    _by_customer: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, began: Iterable[tuple[str, datetime]]) -> Visits:
        visits = cls()
        for customer, at in sorted(began, key=lambda each: each[1]):
            visits._by_customer[customer].append(at)
        return visits

    def returned(self, facts: DialogFacts, ended: datetime) -> bool:
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
        return facts.answered and not facts.needed_person and not self.visits.returned(facts, ended)

    def feeling(self, facts: DialogFacts) -> Feeling:
        """From the ending alone, never from a rating: so that the two can be compared."""
        ended = facts.ended(self.now, self.idle)
        if ended is None:
            return "unknown"
        left_alone = not facts.answered or (bool(facts.escalated) and not facts.person)
        if facts.mood == "angry" or left_alone or self.visits.returned(facts, ended):
            return "discontent"
        return "content" if facts.mood == "thankful" or self.resolved(facts) else "unknown"
