"""The same figures by day, agent, language and hour."""

from __future__ import annotations

from collections import Counter

from app.core.stats import wilson
from app.services.analytics.change import mean, times
from app.services.analytics.period import Period
from app.services.analytics.scope import Scope
from app.services.analytics.views import Hour, Part

HOURS = 24


def by_day(scope: Scope, period: Period) -> list[Part]:
    """Every day of the period, those without anything too."""
    parts = scope.by(
        lambda facts: period.day_of(facts.opened), lambda turn: period.day_of(turn.at), period.day_of
    )
    days = ((day, parts.get(day) or Scope(scope.outcomes)) for day in period.days())
    return [part_of(day.isoformat(), of, len(of.failed)) for day, of in days]


def by_agent(scope: Scope) -> list[Part]:
    return _most_first(scope.by(lambda facts: facts.agent or "", lambda turn: turn.agent))


def by_language(scope: Scope) -> list[Part]:
    return _most_first(scope.by(lambda facts: facts.language, lambda turn: turn.language))


def by_hour(scope: Scope, period: Period) -> list[Hour]:
    opened = Counter(facts.opened.astimezone(period.zone).hour for facts in scope.dialogs)
    escalated = Counter(at.astimezone(period.zone).hour for at in scope.escalations)
    return [Hour(hour=hour, dialogs=opened[hour], escalations=escalated[hour]) for hour in range(HOURS)]


def part_of(name: str, scope: Scope, failed: int | None = None) -> Part:
    return Part(
        name=name,
        dialogs=len(scope.dialogs),
        turns=len(scope.answers),
        escalated=wilson(*scope.escalated),
        resolved=wilson(*scope.resolved),
        rating=mean(scope.ratings),
        degraded=scope.degraded[0],
        failed=failed,
        withheld=scope.withheld[0],
        tokens=scope.tokens,
        cost_usd=scope.cost,
        answer=times([turn.seconds for turn in scope.answers]),
    )


def _most_first(parts: dict[str, Scope]) -> list[Part]:
    """Dialogs in which nobody has answered have no name."""
    rows = [part_of(name, scope) for name, scope in parts.items() if name]
    return sorted(rows, key=lambda row: (-row.dialogs, -row.turns, row.name))
