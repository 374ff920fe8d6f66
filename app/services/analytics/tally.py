"""The figures of a period and of the one before it; totals, and by day, agent, language and hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from app.core.stats import wilson
from app.services.analytics.facts import DialogFacts, TurnFacts
from app.services.analytics.gaps import gaps_of
from app.services.analytics.period import Period, count, mean, rate, times
from app.services.analytics.reasons import called_by_reason, called_by_topic
from app.services.analytics.scope import Outcomes, Scope
from app.services.analytics.staffing import load_of
from app.services.analytics.topics import topics_of
from app.services.analytics.views import (
    Durations,
    Figures,
    Hour,
    Part,
    Rates,
    Satisfaction,
    Share,
    Span,
    Tool,
    Volumes,
)

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
        content=wilson(*scope.content),
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


WELL = 4  # of 5


def tally(known: Sequence[DialogFacts], period: Period, outcomes: Outcomes) -> Figures:
    """`known` are all dialogs with a change since the period before began."""
    until = period.compared_until(outcomes.now)
    now, before = Scope.of(known, period, outcomes), Scope.of(known, period.before, outcomes, until)
    return Figures(
        period=_span(period, outcomes.now if period.goes_on(outcomes.now) else None),
        before=_span(period.before, until if until < period.before.end else None),
        made_at=outcomes.now,
        volumes=_volumes(now, before),
        rates=_rates(now, before),
        times=_durations(now, before),
        satisfaction=_satisfaction(now, before),
        free=bool(now.answers) and not any(turn.paid for turn in now.turns),
        undecided=len(now.dialogs) - now.resolved[1],
        agents=_shares(now, before, lambda turn: turn.agent),
        sources=_shares(now, before, lambda turn: turn.source),
        tools=_tools(now.turns),
        topics=topics_of(now.dialogs),
        called=called_by_reason(now.dialogs),
        called_topics=called_by_topic(now.dialogs),
        gaps=gaps_of(now.turns, lambda turn: turn.gap),
        gap_turns=sum(bool(turn.gap) for turn in now.turns),
        unread=gaps_of(now.turns, lambda turn: turn.unread),
        unread_turns=sum(bool(turn.unread) for turn in now.turns),
        by_day=by_day(now, period),
        by_agent=by_agent(now),
        by_language=by_language(now),
        by_hour=by_hour(now, period),
        load=load_of(now, period),
    )


def _span(period: Period, until: datetime | None) -> Span:
    return Span(first=period.first, last=period.last, days=period.length, zone=period.zone.key, until=until)


def _volumes(now: Scope, before: Scope) -> Volumes:
    def both(figure: Callable[[Scope], float]) -> tuple[float, float]:
        return figure(now), figure(before)

    return Volumes(
        dialogs=count(*both(lambda s: len(s.dialogs))),
        customers=count(*both(lambda s: len({facts.customer_id for facts in s.dialogs}))),
        messages=count(*both(lambda s: len(s.lines))),
        turns=count(*both(lambda s: len(s.answers))),
        tokens=count(*both(lambda s: s.tokens)),
        cost_usd=count(*both(lambda s: s.cost)),
        cost_per_dialog_usd=count(*both(lambda s: s.cost / len(s.dialogs) if s.dialogs else 0.0)),
    )


def _rates(now: Scope, before: Scope) -> Rates:
    return Rates(
        handed_over=rate(now.handed_off, before.handed_off),
        escalated=rate(now.escalated, before.escalated),
        resolved=rate(now.resolved, before.resolved),
        well_rated=rate(_well(now), _well(before)),
        liked=rate(now.liked, before.liked),
        content=rate(now.content, before.content),
        degraded=rate(now.degraded, before.degraded),
        failed=rate(now.lost, before.lost),
        withheld=rate(now.withheld, before.withheld),
    )


def _well(scope: Scope) -> tuple[int, int]:
    return sum(score >= WELL for score in scope.ratings), len(scope.ratings)


def _durations(now: Scope, before: Scope) -> Durations:
    def seconds(scope: Scope) -> tuple[list[float], ...]:
        answers = [turn.seconds for turn in scope.answers]
        people = ([spell.seconds for spell in spells] for spells in (scope.waits, scope.handled))
        return answers, *people, scope.closing_times

    answer, person, handling, close = map(times, seconds(now), seconds(before))
    return Durations(answer=answer, person=person, handling=handling, close=close)


def _satisfaction(now: Scope, before: Scope) -> Satisfaction:
    felt = [(now.outcomes.feeling(facts), facts.rating) for facts in now.dialogs]
    feelings = Counter(feeling for feeling, _ in felt)
    told = [
        (feeling == "content", score >= WELL) for feeling, score in felt if score and feeling != "unknown"
    ]
    scores = Counter(now.ratings)
    return Satisfaction(
        rating=mean(now.ratings, before.ratings),
        ratings={score: scores[score] for score in range(1, 6)},
        content=feelings["content"],
        discontent=feelings["discontent"],
        unknown=feelings["unknown"],
        agrees=wilson(sum(ours == theirs for ours, theirs in told), len(told)),
    )


def _shares(now: Scope, before: Scope, name: Callable[[TurnFacts], str]) -> list[Share]:
    ours, theirs = (Counter(name(turn) for turn in scope.answers) for scope in (now, before))
    of = (ours.total(), theirs.total())
    return [
        Share(name=key, turns=ours[key], share=rate((ours[key], of[0]), (theirs[key], of[1])))
        for key in sorted(ours | theirs, key=lambda key: (-ours[key], key))
    ]


def _tools(turns: Sequence[TurnFacts]) -> list[Tool]:
    uses = Counter(use for turn in turns for use in turn.tools)
    names = Counter(name for name, _ in uses.elements())
    return [
        Tool(
            name=name,
            used=used,
            done=uses[name, "done"],
            approval=uses[name, "approval"],
            refused=uses[name, "refused"],
        )
        for name, used in sorted(names.items(), key=lambda each: (-each[1], each[0]))
    ]
