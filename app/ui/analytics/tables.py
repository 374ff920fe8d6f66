"""The tables under the charts, for the page and for the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape

from app.core.stats import Interval
from app.services.analytics.views import Figures, Part, Share
from app.ui.format import NOTHING, dollars, fitting, long_day, number, seconds
from app.ui.room import empty
from app.ui.words import Words, words


@dataclass(frozen=True)
class FigureTable:
    """The first column names the row; the others are figures unless they stand in `texts`."""

    key: str
    title: str
    columns: list[str]
    rows: list[list[str]]
    note: str = ""
    texts: frozenset[int] = field(default=frozenset({0}))


@dataclass(frozen=True)
class Tables:
    figures: Figures
    words: Words
    language: str

    def days(self) -> FigureTable:
        named = [(long_day(date.fromisoformat(p.name), self.language), p) for p in self.figures.by_day]
        return self._parts("day", [pair for pair in reversed(named) if pair[1].dialogs or pair[1].turns])

    def agents(self) -> FigureTable:
        return self._parts("agent", [(self.agent(part.name), part) for part in self.figures.by_agent])

    def languages(self) -> FigureTable:
        return self._parts("language", [(part.name, part) for part in self.figures.by_language])

    def hours(self) -> FigureTable:
        rows = [
            [f"{h.hour:02}:00–{h.hour:02}:59", self._n(h.dialogs), self._n(h.escalations)]
            for h in self.figures.by_hour
            if h.dialogs or h.escalations
        ]
        return self._table("hour", rows)

    def routed(self) -> FigureTable:
        return self._table("routed", [self._share(self.agent(s.name), s) for s in self.figures.agents])

    def sources(self) -> FigureTable:
        names = self.words["sources"]
        return self._table(
            "source", [self._share(names.get(s.name, s.name), s) for s in self.figures.sources]
        )

    def tools(self) -> FigureTable:
        names = self.words["tools"]
        rows = [
            [names.get(t.name, t.name), *map(self._n, (t.used, t.done, t.approval, t.refused))]
            for t in self.figures.tools
        ]
        return self._table("tool", rows)

    def gaps(self) -> FigureTable:
        """Whole sentences of customers: the first column is wide."""
        rows = [
            [gap.question, self._n(gap.count), gap.language, ", ".join(map(self.agent, gap.agents)),
             " · ".join(gap.examples)]
            for gap in self.figures.gaps
        ]  # fmt: skip
        return self._table("gap", rows, frozenset({0, 2, 3, 4}))

    def feelings(self) -> FigureTable:
        told, names = self.figures.satisfaction, self.words["feelings"]
        rows = [[f"{'★' * score}", self._n(told.ratings[score])] for score in range(5, 0, -1)]
        for name in ("content", "discontent", "unknown"):
            rows.append([names[name], self._n(getattr(told, name))])
        agrees = self._interval(told.agrees)
        return self._table("feeling", rows, note=self.words["agrees"].format(share=agrees))

    def agent(self, name: str) -> str:
        told = words(self.language, "frame")["agents"]
        return str(told.get(name, name))

    def _parts(self, key: str, parts: Sequence[tuple[str, Part]]) -> FigureTable:
        rows = [
            [name, self._n(p.dialogs), self._n(p.turns), self._interval(p.resolved),
             self._interval(p.escalated), self._times(p), number(p.rating.value, self.language, 1),
             self._n(p.tokens),
             dollars(p.cost_usd, self.language), self._n(p.degraded), self._n(p.failed), self._n(p.withheld)]
            for name, p in parts
        ]  # fmt: skip
        return FigureTable(
            key,
            self.words["tables"][key]["title"],
            [self.words["tables"][key]["name"], *self.words["columns"]],
            rows,
        )

    def _table(
        self, key: str, rows: list[list[str]], texts: frozenset[int] = frozenset({0}), note: str = ""
    ) -> FigureTable:
        told = self.words["tables"][key]
        return FigureTable(key, told["title"], told["columns"], rows, note or told.get("note", ""), texts)

    def _share(self, name: str, share: Share) -> list[str]:
        return [
            name,
            self._n(share.turns),
            self._interval(share.share.value),
            self._interval(share.share.before),
        ]

    def _interval(self, share: Interval) -> str:
        if not share.n:
            return NOTHING
        low, high = (number(100 * bound, self.language, 0) for bound in (share.low, share.high))
        return f"{fitting(share.value, self.language)} ({low}–{high})"

    def _times(self, part: Part) -> str:
        units = self.words["units"]
        both = (seconds(value, self.language, units) for value in (part.answer.p50, part.answer.p95))
        return " / ".join(both) if part.answer.n else NOTHING

    def _n(self, value: float | None) -> str:
        return number(value, self.language, 0)


def html(table: FigureTable, nothing: str) -> str:
    """Everything from outside is escaped; a wide table scrolls by itself, not with the page."""
    if not table.rows:
        return empty(nothing)
    head = "".join(f"<th scope=col{_side(table, n)}>{escape(c)}</th>" for n, c in enumerate(table.columns))
    body = "".join(f"<tr>{_cells(table, row)}</tr>" for row in table.rows)
    note = f"<p class=an-note>{escape(table.note)}</p>" if table.note else ""
    return (
        f'<div class="an-wide" tabindex="0" role="region" aria-label="{escape(table.title)}">'
        f'<table class="cc-table" id="an-table-{table.key}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{note}"
    )


def folded(table: FigureTable, nothing: str) -> str:
    return f"<details><summary>{escape(table.title)}</summary>{html(table, nothing)}</details>"


def _cells(table: FigureTable, row: Sequence[str]) -> str:
    return "".join(
        f"<th scope=row>{escape(cell)}</th>" if n == 0 else f"<td{_side(table, n)}>{escape(cell)}</td>"
        for n, cell in enumerate(row)
    )


def _side(table: FigureTable, column: int) -> str:
    return "" if column in table.texts else " class=n"
