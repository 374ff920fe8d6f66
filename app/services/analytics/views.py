"""Response models of the analytics."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel

from app.services.analytics.gaps import Gap
from app.services.analytics.period import Count, Interval, Mean, Rate, Times


class Span(BaseModel):
    """A range of days, both inclusive."""

    first: date
    last: date
    days: int
    zone: str


class Volumes(BaseModel):
    dialogs: Count
    customers: Count
    messages: Count
    turns: Count
    tokens: Count
    cost_usd: Count
    cost_per_dialog_usd: Count


class Rates(BaseModel):
    """Shares of dialogs (handed_over, escalated, resolved, content) or of turns (the rest).

    `content` is inferred from how dialogs ended; `well_rated` are ratings of 4 and 5;
    `liked` is the share of likes among all feedback.
    """

    handed_over: Rate
    escalated: Rate
    resolved: Rate
    well_rated: Rate
    liked: Rate
    content: Rate
    degraded: Rate
    failed: Rate
    withheld: Rate


class Durations(BaseModel):
    """Seconds to an agent's answer, to a person's first line, of a person's handling, and to the end."""

    answer: Times
    person: Times
    handling: Times
    close: Times


class Satisfaction(BaseModel):
    """`ratings` counts 1…5. `agrees` is how often inference and rating agree, of dialogs that have both."""

    rating: Mean
    ratings: dict[int, int]
    content: int
    discontent: int
    unknown: int
    agrees: Interval


class Share(BaseModel):
    name: str
    turns: int
    share: Rate


class Part(BaseModel):
    """One row of a table: a day, an agent (by its turns; dialogs by who served last) or a language.

    `failed` is null if unknown: a line without an answer has no agent yet.
    """

    name: str
    dialogs: int
    turns: int
    escalated: Interval
    resolved: Interval
    rating: Mean
    degraded: int
    failed: int | None
    withheld: int
    tokens: int
    cost_usd: float
    answer: Times


class Hour(BaseModel):
    """An hour of the day, over all days of the period."""

    hour: int
    dialogs: int
    escalations: int


class Tool(BaseModel):
    name: str
    used: int
    done: int
    approval: int
    refused: int


class Load(BaseModel):
    """Input of the staffing estimate. Rates are escalations per hour, `handling` is a mean in seconds.

    `peak` is the daily mean of the hour of the day with the most; `busiest` is the single busiest hour.
    """

    escalations: int
    peak_hour: int | None
    peak: float
    busiest: int
    handling: float | None
    n: int


class Figures(BaseModel):
    """`undecided` counts dialogs whose 72 hours have not passed yet."""

    period: Span
    before: Span
    made_at: datetime
    volumes: Volumes
    rates: Rates
    times: Durations
    satisfaction: Satisfaction
    undecided: int
    agents: list[Share]
    sources: list[Share]
    tools: list[Tool]
    gaps: list[Gap]
    gap_turns: int
    by_day: list[Part]
    by_agent: list[Part]
    by_language: list[Part]
    by_hour: list[Hour]
    load: Load

    @property
    def empty(self) -> bool:
        return not (self.volumes.dialogs.value or self.volumes.messages.value)
