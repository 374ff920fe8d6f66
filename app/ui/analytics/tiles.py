"""The figures as tiles: a few on top, the rest in groups, and the names of those without data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from app.core.stats import Interval
from app.services.analytics.period import Count, Mean, Rate, Times
from app.services.analytics.views import Figures
from app.ui.room import sparkline
from app.ui.words import RoomTexts

Wish = Literal["up", "down", "none"]
Tone = Literal["good", "bad", "plain"]
SIGNS = {"good": "✓", "bad": "!", "plain": ""}
ALIKE, HARDLY = 0.005, 0.0005  # changes that would be shown as nothing
HEADLINE = ("dialogs", "resolved", "escalated", "rating")
INSTEAD = {"rating": "content"}
"""What stands on top where that has no data."""
GROUPS = {
    "volume": ("messages", "cost"),
    "speed": ("answer", "person", "close"),
    "quality": ("handed_over", "rating", "content", "liked", "degraded", "failed", "withheld"),
}


@dataclass(frozen=True)
class Tile:
    """`note` says of how many, `sure` how sure the figure is, `line` what it was day by day."""

    key: str
    title: str
    value: str
    note: str
    change: str
    help: str
    tone: Tone = "plain"
    sure: str = ""
    line: list[float] = field(default_factory=list)

    @property
    def points(self) -> str:
        return sparkline(self.line)


@dataclass(frozen=True)
class Tiles:
    figures: Figures
    texts: RoomTexts

    @cached_property
    def by_key(self) -> dict[str, Tile]:
        """Those that have data, by key."""
        return {tile.key: tile for tile in self._all() if tile}

    @property
    def headline(self) -> list[Tile]:
        keys = [key if key in self.by_key else INSTEAD.get(key, key) for key in HEADLINE]
        return [self.by_key[key] for key in keys if key in self.by_key]

    @property
    def groups(self) -> list[tuple[str, list[Tile]]]:
        """(title, tiles) of what is not on top."""
        top = {tile.key for tile in self.headline}
        rest = {
            name: [self.by_key[key] for key in keys if key in self.by_key and key not in top]
            for name, keys in GROUPS.items()
        }
        return [(self.texts.words["groups"][name], tiles) for name, tiles in rest.items() if tiles]

    @property
    def missing(self) -> str:
        """One line that names what has no data; empty where all have."""
        keys = dict.fromkeys([*HEADLINE, *(key for keys in GROUPS.values() for key in keys)])
        names = [self.texts.words["cards"][key]["short"] for key in keys if key not in self.by_key]
        return str(self.texts.words["missing"].format(names=", ".join(names))) if names else ""

    def _all(self) -> Iterator[Tile | None]:
        volumes, rates, spent = self.figures.volumes, self.figures.rates, self.figures.times
        yield self._count("dialogs", volumes.dialogs, self._dialogs_by_day())
        yield self._count("messages", volumes.messages)
        yield self._rate("resolved", rates.resolved, "up", self._by_day("resolved"))
        yield self._rate("escalated", rates.escalated, "down", self._by_day("escalated"))
        yield self._rate("handed_over", rates.handed_over, "none")
        yield self._times("answer", spent.answer)
        yield self._times("person", spent.person)
        yield self._times("close", spent.close)
        yield self._mean("rating", self.figures.satisfaction.rating)
        yield self._rate("content", rates.content, "up", self._by_day("content"))
        yield self._rate("liked", rates.liked, "up")
        yield self._cost(volumes.cost_usd, volumes.tokens)
        yield self._rate("degraded", rates.degraded, "down")
        yield self._rate("failed", rates.failed, "down")
        yield self._rate("withheld", rates.withheld, "down")

    def _dialogs_by_day(self) -> list[float]:
        """With the day that is not over where it has more already than the one before: that is no fall."""
        counts = [float(part.dialogs) for part in self.figures.by_day]
        whole = len(self.figures.whole_days)
        begun = counts[whole:]
        return counts if whole and begun and begun[0] > counts[whole - 1] else counts[:whole]

    def _by_day(self, name: str) -> list[float]:
        """Days that are not over, or without dialogs that tell anything, are left out."""
        shares: list[Interval] = [getattr(part, name) for part in self.figures.whole_days]
        return [share.value for share in shares if share.n]

    def _count(self, key: str, figure: Count, line: list[float] | None = None) -> Tile:
        before = self._before(self.texts.number(figure.before)) if figure.before else ""
        change = self._describe_growth(figure)
        return self._tile(key, self.texts.number(figure.value), before, change, line=line or [])

    def _cost(self, cost: Count, tokens: Count) -> Tile | None:
        """Unknown for a model without prices; the embedded one costs nothing."""
        if not cost.value and not self.figures.free:
            return None
        used = self.texts.words["tokens" if cost.value else "free"]
        told = used.format(n=self.texts.number(tokens.value))
        return self._tile("cost", self.texts.dollars(cost.value), told, self._describe_growth(cost))

    def _rate(self, key: str, figure: Rate, wish: Wish, line: list[float] | None = None) -> Tile | None:
        share = figure.value
        if not share.n:
            return None
        hits = round(share.value * share.n)
        waiting = self.figures.undecided if key == "resolved" else 0
        counts = {"hits": hits, "n": share.n, "waiting": waiting}
        told: str = self.texts.words["undecided" if waiting else "hits"]
        note = told.format(**{name: self.texts.number(n) for name, n in counts.items()})
        better = (figure.difference or 0) > 0 if wish == "up" else (figure.difference or 0) < 0
        tone: Tone = "plain" if wish == "none" or not figure.clear else "good" if better else "bad"
        low, high = (self.texts.number(100 * bound, 1) for bound in (share.low, share.high))
        sure = self.texts.words["interval"].format(low=low, high=high, n=self.texts.number(share.n))
        value, change = self.texts.percent(share.value, 1), self._describe_change(figure)
        return self._tile(key, value, note, change, tone, sure, line or [])

    def _times(self, key: str, figure: Times) -> Tile | None:
        if not figure.n:
            return None
        note = self.texts.words["p95"].format(p95=self.texts.seconds(figure.p95))
        before = self._before(self.texts.seconds(figure.before_p50)) if figure.before_n else ""
        return self._tile(key, self.texts.seconds(figure.p50), note, before)

    def _mean(self, key: str, figure: Mean) -> Tile | None:
        if figure.value is None:
            return None
        note, change = self.texts.words["rated"].format(n=self.texts.number(figure.n)), ""
        if figure.before is not None:
            more = figure.value - figure.before
            sign = "=" if abs(more) < ALIKE else "▲" if more > 0 else "▼"
            before = self._before(self.texts.number(figure.before, 2))
            change = f"{sign} {self.texts.number(abs(more), 2)} · {before}"
        line = [part.rating.value for part in self.figures.whole_days if part.rating.value is not None]
        return self._tile(key, self.texts.number(figure.value, 2), note, change, line=line)

    def _tile(
        self, key: str, value: str, note: str, change: str, tone: Tone = "plain", sure: str = "",
        line: list[float] | None = None,
    ) -> Tile:  # fmt: skip
        told = self.texts.words["cards"][key]
        return Tile(key, told["title"], value, note, change, told["help"], tone, sure, line or [])

    def _before(self, value: str) -> str:
        return str(self.texts.words["before"].format(value=value))

    def _describe_growth(self, figure: Count) -> str:
        if figure.change is None:
            return ""
        if abs(figure.change) < ALIKE:
            return str(self.texts.words["same"])
        sign = "▲" if figure.change > 0 else "▼"
        return f"{sign} {self.texts.percent(abs(figure.change))}"

    def _describe_change(self, figure: Rate) -> str:
        if figure.difference is None:
            return ""
        if abs(figure.difference) < HARDLY:
            return str(self.texts.words["same"])
        points = self.texts.number(100 * abs(figure.difference), 1)
        sign = "▲" if figure.difference > 0 else "▼"
        sure = self.texts.words["clear" if figure.clear else "chance"]
        return str(self.texts.words["points"].format(sign=sign, points=points, sure=sure))
