"""The row of figures: each beside the same figure of the period before. For the page and for the report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Literal

from app.services.analytics.period import Count, Mean, Rate, Times
from app.services.analytics.views import Figures
from app.ui.format import NOTHING, dollars, number, percent, seconds
from app.ui.words import Words

Wish = Literal["up", "down", "none"]
Tone = Literal["good", "bad", "plain"]
SIGNS = {"good": "✓", "bad": "!", "plain": ""}
ALIKE, HARDLY = 0.005, 0.0005  # changes that would be shown as nothing


@dataclass(frozen=True)
class Card:
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
    words: Words
    language: str

    def all(self) -> Iterator[Card]:
        volumes, rates, spent = self.figures.volumes, self.figures.rates, self.figures.times
        yield self._count("dialogs", volumes.dialogs)
        yield self._count("messages", volumes.messages)
        yield self._rate("resolved", rates.resolved, "up", self._undecided())
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

    def _count(self, key: str, figure: Count) -> Card:
        value = number(figure.value, self.language)
        return self._card(key, value, self._before(number(figure.before, self.language)), self._grown(figure))

    def _cost(self, cost: Count, tokens: Count) -> Card:
        told = self.words["tokens"].format(n=number(tokens.value, self.language))
        return self._card("cost", dollars(cost.value, self.language), told, self._grown(cost))

    def _rate(self, key: str, figure: Rate, wish: Wish, more: str = "") -> Card:
        share = figure.value
        if not share.n:
            return self._card(key, NOTHING, more or self.words["nothing"], "")
        low, high = (number(100 * bound, self.language, 1) for bound in (share.low, share.high))
        note = self.words["interval"].format(low=low, high=high, n=number(share.n, self.language))
        change = self._moved(figure)
        better = (figure.difference or 0) > 0 if wish == "up" else (figure.difference or 0) < 0
        tone: Tone = "plain" if wish == "none" or not figure.clear else "good" if better else "bad"
        note = f"{note} · {more}" if more else note
        return self._card(key, percent(share.value, self.language, 1), note, change, tone)

    def _times(self, key: str, figure: Times) -> Card:
        if not figure.n:
            return self._card(key, NOTHING, self.words["nothing"], "")
        p95 = self.words["p95"].format(p95=self._seconds(figure.p95), n=number(figure.n, self.language))
        before = self._before(self._seconds(figure.before_p50)) if figure.before_n else ""
        return self._card(key, self._seconds(figure.p50), p95, before)

    def _mean(self, key: str, figure: Mean) -> Card:
        if figure.value is None:
            return self._card(key, NOTHING, self.words["unrated"], "")
        note = self.words["rated"].format(n=number(figure.n, self.language))
        before = self._before(number(figure.before, self.language, 2)) if figure.before_n else ""
        return self._card(key, number(figure.value, self.language, 2), note, before)

    def _card(self, key: str, value: str, note: str, change: str, tone: Tone = "plain") -> Card:
        told = self.words["cards"][key]
        return Card(key, told["title"], value, note, change, tone, told["help"])

    def _before(self, value: str) -> str:
        return str(self.words["before"].format(value=value))

    def _grown(self, figure: Count) -> str:
        if figure.change is None:
            return str(self.words["new"]) if figure.value else ""
        if abs(figure.change) < ALIKE:
            return str(self.words["same"])
        sign = "▲" if figure.change > 0 else "▼"
        return f"{sign} {percent(abs(figure.change), self.language)}"

    def _moved(self, figure: Rate) -> str:
        if figure.difference is None:
            return ""
        points = number(100 * abs(figure.difference), self.language, 1)
        sign = "=" if abs(figure.difference) < HARDLY else "▲" if figure.difference > 0 else "▼"
        sure = self.words["clear" if figure.clear else "chance"]
        return str(self.words["points"].format(sign=sign, points=points, sure=sure))

    def _undecided(self) -> str:
        waiting = self.figures.undecided
        return self.words["undecided"].format(n=number(waiting, self.language)) if waiting else ""

    def _seconds(self, value: float | None) -> str:
        return seconds(value, self.language, self.words["units"])


def html(cards: Iterator[Card]) -> str:
    """Colour is never the only sign: a mark and a word stand beside it."""
    return f'<div class="an-cards">{"".join(map(_html, cards))}</div>'


def _html(card: Card) -> str:
    sign = f"{SIGNS[card.tone]} " if SIGNS[card.tone] else ""
    return (
        f'<div class="cc-card an-card" id="an-{card.key}" title="{escape(card.help)}">'
        f"<span>{escape(card.title)}</span><b>{escape(card.value)}</b>"
        f'<span class="an-change an-{card.tone}">{sign}{escape(card.change) or "&nbsp;"}</span>'
        f"<span>{escape(card.note)}</span></div>"
    )
