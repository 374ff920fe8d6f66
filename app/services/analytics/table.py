"""The figures as a table for spreadsheets, one figure per row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from app.evaluation.exports import cell
from app.services.analytics.period import Count, Interval, Rate, Times
from app.services.analytics.views import Figures, Part

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
    for table, shares in (("routed", figures.agents), ("source", figures.sources)):
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
    for gap in figures.gaps:
        yield "gap", gap.question, gap.language, gap.count, "", "", "", ""


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
    for name, share in (("escalated", part.escalated), ("resolved", part.resolved)):
        yield table, part.name, name, *_interval(share), ""
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
