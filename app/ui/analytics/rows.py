"""The figures as cards and as tables, for the page and for the report.

A card shows a figure beside the same figure of the period before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from app.core.stats import Interval
from app.services.analytics.period import Count, Mean, Rate, Times
from app.services.analytics.views import Figures, Part, Share
from app.ui.words import NOTHING, RoomTexts, fitting, long_day

Wish = Literal["up", "down", "none"]
Tone = Literal["good", "bad", "plain"]
SIGNS = {"good": "✓", "bad": "!", "plain": ""}
ALIKE, HARDLY = 0.005, 0.0005  # changes that would be shown as nothing


@dataclass(frozen=True)
class FigureCard:
    """`note` says how sure the figure is, `change` how it stands to the period before."""

    key: str
    title: str
    value: str
    note: str
    change: str
    tone: Tone
    help: str


@dataclass(frozen=True)
class Cards:
    figures: Figures
    texts: RoomTexts

    def list_all(self) -> Iterator[FigureCard]:
        volumes, rates, spent = self.figures.volumes, self.figures.rates, self.figures.times
        yield self._count("dialogs", volumes.dialogs)
        yield self._count("messages", volumes.messages)
        yield self._rate("resolved", rates.resolved, "up", self._count_undecided())
        yield self._rate("escalated", rates.escalated, "down")
        yield self._rate("handed_over", rates.handed_over, "none")
        yield self._times("answer", spent.answer)
        yield self._times("person", spent.person)
        yield self._times("close", spent.close)
        yield self._mean("rating", self.figures.satisfaction.rating)
        yield self._rate("content", rates.content, "up")
        if rates.liked.value.n or rates.liked.before.n:
            yield self._rate("liked", rates.liked, "up")
        yield self._cost(volumes.cost_usd, volumes.tokens)
        yield self._rate("degraded", rates.degraded, "down")
        yield self._rate("failed", rates.failed, "down")
        yield self._rate("withheld", rates.withheld, "down")

    def _count(self, key: str, figure: Count) -> FigureCard:
        before = self._before(self.texts.number(figure.before))
        return self._card(key, self.texts.number(figure.value), before, self._describe_growth(figure))

    def _cost(self, cost: Count, tokens: Count) -> FigureCard:
        told = self.texts.words["tokens"].format(n=self.texts.number(tokens.value))
        return self._card("cost", self.texts.dollars(cost.value), told, self._describe_growth(cost))

    def _rate(self, key: str, figure: Rate, wish: Wish, more: str = "") -> FigureCard:
        share = figure.value
        if not share.n:
            return self._card(key, NOTHING, more or self.texts.words["nothing"], "")
        low, high = (self.texts.number(100 * bound, 1) for bound in (share.low, share.high))
        note = self.texts.words["interval"].format(low=low, high=high, n=self.texts.number(share.n))
        change = self._describe_change(figure)
        better = (figure.difference or 0) > 0 if wish == "up" else (figure.difference or 0) < 0
        tone: Tone = "plain" if wish == "none" or not figure.clear else "good" if better else "bad"
        note = f"{note} · {more}" if more else note
        return self._card(key, self.texts.percent(share.value, 1), note, change, tone)

    def _times(self, key: str, figure: Times) -> FigureCard:
        if not figure.n:
            return self._card(key, NOTHING, self.texts.words["nothing"], "")
        p95 = self.texts.words["p95"].format(
            p95=self.texts.seconds(figure.p95), n=self.texts.number(figure.n)
        )
        before = self._before(self.texts.seconds(figure.before_p50)) if figure.before_n else ""
        return self._card(key, self.texts.seconds(figure.p50), p95, before)

    def _mean(self, key: str, figure: Mean) -> FigureCard:
        if figure.value is None:
            return self._card(key, NOTHING, self.texts.words["unrated"], "")
        note = self.texts.words["rated"].format(n=self.texts.number(figure.n))
        before = self._before(self.texts.number(figure.before, 2)) if figure.before_n else ""
        return self._card(key, self.texts.number(figure.value, 2), note, before)

    def _card(self, key: str, value: str, note: str, change: str, tone: Tone = "plain") -> FigureCard:
        told = self.texts.words["cards"][key]
        return FigureCard(key, told["title"], value, note, change, tone, told["help"])

    def _before(self, value: str) -> str:
        return str(self.texts.words["before"].format(value=value))

    def _describe_growth(self, figure: Count) -> str:
        if figure.change is None:
            return str(self.texts.words["new"]) if figure.value else ""
        if abs(figure.change) < ALIKE:
            return str(self.texts.words["same"])
        sign = "▲" if figure.change > 0 else "▼"
        return f"{sign} {self.texts.percent(abs(figure.change))}"

    def _describe_change(self, figure: Rate) -> str:
        if figure.difference is None:
            return ""
        points = self.texts.number(100 * abs(figure.difference), 1)
        sign = "=" if abs(figure.difference) < HARDLY else "▲" if figure.difference > 0 else "▼"
        sure = self.texts.words["clear" if figure.clear else "chance"]
        return str(self.texts.words["points"].format(sign=sign, points=points, sure=sure))

    def _count_undecided(self) -> str:
        waiting = self.figures.undecided
        return self.texts.words["undecided"].format(n=self.texts.number(waiting)) if waiting else ""


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
    texts: RoomTexts

    def days(self) -> FigureTable:
        named = [(long_day(date.fromisoformat(p.name), self.texts.language), p) for p in self.figures.by_day]
        return self._parts("day", [pair for pair in reversed(named) if pair[1].dialogs or pair[1].turns])

    def agents(self) -> FigureTable:
        return self._parts("agent", [(self.texts.agent(part.name), part) for part in self.figures.by_agent])

    def languages(self) -> FigureTable:
        return self._parts("language", [(part.name, part) for part in self.figures.by_language])

    def hours(self) -> FigureTable:
        rows = [
            [f"{h.hour:02}:00–{h.hour:02}:59", self._n(h.dialogs), self._n(h.escalations)]
            for h in self.figures.by_hour
            if h.dialogs or h.escalations
        ]
        return self._table("hour", rows)

    def routing(self) -> FigureTable:
        return self._table("routed", [self._share(self.texts.agent(s.name), s) for s in self.figures.agents])

    def sources(self) -> FigureTable:
        names = self.texts.words["sources"]
        return self._table(
            "source", [self._share(names.get(s.name, s.name), s) for s in self.figures.sources]
        )

    def tools(self) -> FigureTable:
        names = self.texts.words["tools"]
        rows = [
            [names.get(t.name, t.name), *map(self._n, (t.used, t.done, t.approval, t.refused))]
            for t in self.figures.tools
        ]
        return self._table("tool", rows)

    def gaps(self) -> FigureTable:
        """Whole sentences of customers: the first column is wide."""
        rows = [
            [gap.question, self._n(gap.count), gap.language, ", ".join(map(self.texts.agent, gap.agents)),
             " · ".join(gap.examples)]
            for gap in self.figures.gaps
        ]  # fmt: skip
        return self._table("gap", rows, frozenset({0, 2, 3, 4}))

    def feelings(self) -> FigureTable:
        told, names = self.figures.satisfaction, self.texts.words["feelings"]
        rows = [[f"{'★' * score}", self._n(told.ratings[score])] for score in range(5, 0, -1)]
        for name in ("content", "discontent", "unknown"):
            rows.append([names[name], self._n(getattr(told, name))])
        agrees = self._interval(told.agrees)
        return self._table("feeling", rows, note=self.texts.words["agrees"].format(share=agrees))

    def _parts(self, key: str, parts: Sequence[tuple[str, Part]]) -> FigureTable:
        rows = [
            [name, self._n(p.dialogs), self._n(p.turns), self._interval(p.resolved),
             self._interval(p.escalated), self._times(p), self.texts.number(p.rating.value, 1),
             self._n(p.tokens), self.texts.dollars(p.cost_usd), self._n(p.degraded), self._n(p.failed),
             self._n(p.withheld)]
            for name, p in parts
        ]  # fmt: skip
        return FigureTable(
            key,
            self.texts.words["tables"][key]["title"],
            [self.texts.words["tables"][key]["name"], *self.texts.words["columns"]],
            rows,
        )

    def _table(
        self, key: str, rows: list[list[str]], texts: frozenset[int] = frozenset({0}), note: str = ""
    ) -> FigureTable:
        told = self.texts.words["tables"][key]
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
        low, high = (self.texts.number(100 * bound, 0) for bound in (share.low, share.high))
        return f"{fitting(share.value, self.texts.language)} ({low}–{high})"

    def _times(self, part: Part) -> str:
        both = (self.texts.seconds(value) for value in (part.answer.p50, part.answer.p95))
        return " / ".join(both) if part.answer.n else NOTHING

    def _n(self, value: float | None) -> str:
        return self.texts.number(value, 0)
