"""Response models of the analytics, and the same figures as a table with one figure per row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from io import StringIO
from typing import Literal

from pydantic import BaseModel

from app.evaluation.exports import cell
from app.services.analytics.gaps import Gap
from app.services.analytics.period import Count, Interval, Mean, Rate, Times, zone_of


class Span(BaseModel):
    """A range of days, both inclusive. `until`: where it breaks off, if its last day is not over."""

    first: date
    last: date
    days: int
    zone: str
    until: datetime | None = None


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
    content: Interval
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


class TopicCount(BaseModel):
    """What customers came with: an article that answered them, or an action of the back office.

    `dialogs` are those in which it occurred; `agent` is who met it most often.
    """

    kind: Literal["article", "action"]
    name: str
    dialogs: int
    agent: str


class CalledDialog(BaseModel):
    """`subject` is how the customer began."""

    dialog_id: str
    opened: datetime
    subject: str


class Called(BaseModel):
    """Dialogs to which a person was called, by a reason or by what the customer had come with.

    `share` is of all such dialogs; `latest` are at most twenty; `none` are those without a topic."""

    kind: Literal["reason", "article", "action", "none"]
    name: str
    dialogs: int
    share: Interval
    latest: list[CalledDialog]


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
    """`undecided` counts dialogs whose 72 hours have not passed yet. `gaps` are questions without an article,
    `unread` lines that ask nothing and for which nothing was found. `free`: no model was paid for.

    `agent` and `language` are those the dialogs were chosen by; empty for all.
    """

    agent: str = ""
    language: str = ""
    period: Span
    before: Span
    made_at: datetime
    volumes: Volumes
    rates: Rates
    times: Durations
    satisfaction: Satisfaction
    undecided: int
    free: bool
    agents: list[Share]
    sources: list[Share]
    tools: list[Tool]
    topics: list[TopicCount]
    called: list[Called]
    called_topics: list[Called]
    gaps: list[Gap]
    gap_turns: int
    unread: list[Gap]
    unread_turns: int
    by_day: list[Part]
    by_agent: list[Part]
    by_language: list[Part]
    by_hour: list[Hour]
    load: Load

    @property
    def today(self) -> str:
        """The day that is not over, as `by_day` names it; empty where all are."""
        until = self.period.until
        return until.astimezone(zone_of(self.period.zone)).date().isoformat() if until else ""

    @property
    def whole_days(self) -> list[Part]:
        return [part for part in self.by_day if not self.today or part.name < self.today]

    @property
    def empty(self) -> bool:
        return not (self.volumes.dialogs.value or self.volumes.messages.value)


COLUMNS = ("table", "name", "figure", "value", "low", "high", "n", "before")
Row = tuple[object, ...]


def to_csv(figures: Figures) -> str:
    """With a byte order mark, so that spreadsheets read Cyrillic; formulas are neutralised.

    Shares are 0…1 with Wilson's interval in low and high; times are seconds; costs are US dollars.
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows_of(figures):
        writer.writerow(cell(value) for value in row)
    return "\ufeff" + out.getvalue()


def rows_of(figures: Figures) -> Iterator[Row]:
    span, before = figures.period, figures.before
    yield "period", "", "first", span.first.isoformat(), "", "", span.days, before.first.isoformat()
    yield "period", "", "last", span.last.isoformat(), "", "", span.zone, before.last.isoformat()
    yield from _total(figures)
    for table, shares in (("answered", figures.agents), ("source", figures.sources)):
        for share in shares:
            yield table, share.name, "share", *_rate(share.share)
    for tool in figures.tools:
        for name in ("used", "done", "approval", "refused"):
            yield "tool", tool.name, name, getattr(tool, name), "", "", "", ""
    for table, parts in (
        ("day", figures.by_day),
        ("agent", figures.by_agent),
        ("language", figures.by_language),
    ):
        for part in parts:
            yield from _part(table, part)
    for hour in figures.by_hour:
        yield "hour", f"{hour.hour:02}", "dialogs", hour.dialogs, "", "", "", ""
        yield "hour", f"{hour.hour:02}", "escalations", hour.escalations, "", "", "", ""
    for topic in figures.topics:
        yield "topic", topic.name, topic.kind, topic.dialogs, "", "", "", ""
    for called in figures.called:
        yield "called", called.name, "share", *_interval(called.share), ""
    for called in figures.called_topics:
        yield "called_topic", called.name, called.kind, *_interval(called.share), ""
    for gap in figures.gaps:
        yield "gap", gap.question, gap.language, gap.count, "", "", "", ""
    for gap in figures.unread:
        yield "unread", gap.question, gap.language, gap.count, "", "", "", ""


def _total(figures: Figures) -> Iterator[Row]:
    for name, figure in figures.volumes:
        yield "total", "", name, *_count(figure)
    for name, share in figures.rates:
        yield "total", "", name, *_rate(share)
    for name, spent in figures.times:
        yield from _times("total", "", name, spent)
    rating = figures.satisfaction.rating
    yield "total", "", "rating", rating.value, "", "", rating.n, rating.before
    for score, n in figures.satisfaction.ratings.items():
        yield "rating", score, "dialogs", n, "", "", "", ""


def _part(table: str, part: Part) -> Iterator[Row]:
    for name in ("dialogs", "turns", "degraded", "failed", "withheld", "tokens", "cost_usd"):
        yield table, part.name, name, getattr(part, name), "", "", "", ""
    for name in ("escalated", "resolved", "content"):
        yield table, part.name, name, *_interval(getattr(part, name)), ""
    yield table, part.name, "rating", part.rating.value, "", "", part.rating.n, ""
    yield from _times(table, part.name, "answer", part.answer)


def _count(figure: Count) -> Row:
    return figure.value, "", "", "", figure.before


def _rate(share: Rate) -> Row:
    return *_interval(share.value), share.before.value if share.before.n else ""


def _interval(share: Interval) -> Row:
    return (share.value, share.low, share.high, share.n) if share.n else ("", "", "", 0)


def _times(table: str, name: str, figure: str, spent: Times) -> Iterator[Row]:
    yield table, name, f"{figure}_p50", spent.p50, "", "", spent.n, spent.before_p50
    yield table, name, f"{figure}_p95", spent.p95, "", "", spent.n, spent.before_p95
