"""What is asked of the room: a period and a choice of dialogs, as the address names them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.services.analytics.period import PeriodInvalid, zone_of
from app.services.analytics.service import AnalyticsService
from app.services.analytics.views import Figures, Span
from app.ui.words import RoomTexts, long_day, room_texts, zone_name

PERIODS = ("7", "30", "custom")
CHOSEN, WIDEST = "7", "30"
WRITTEN = ("%Y-%m-%d", "%d.%m.%Y", "%d %b %Y")
"""As the page shows a day in any language, and as the address does."""


@dataclass(frozen=True)
class Asked:
    """`agent` and `language` are empty for all; `key` is the operator key, if one was typed."""

    period: str
    first: str
    last: str
    zone: str
    agent: str
    language: str
    key: str

    @property
    def whole(self) -> bool:
        """Whether every dialog of a usual period is looked at."""
        return not (self.agent or self.language or self.period == "custom")

    async def figures(self, analytics: AnalyticsService) -> Figures:
        """Raises PeriodInvalid, PeriodTooFull or StorageUnavailable."""
        first, last = self._span(analytics.clock())
        return await analytics.figures(first, last, self.zone, self.agent, self.language)

    def _span(self, now: datetime) -> tuple[date | None, date | None]:
        if self.period == "custom":
            return parse_day(self.first), parse_day(self.last)
        today = now.astimezone(zone_of(self.zone)).date()
        return today - timedelta(days=int(self.period if self.period in PERIODS else CHOSEN) - 1), today


def parse_day(text: str) -> date | None:
    """Raises PeriodInvalid for what is no date."""
    if not text or not text.strip():
        return None
    for form in WRITTEN:
        with suppress(ValueError):
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007  (a day has no zone)
    raise PeriodInvalid("Dates are written as 2026-11-22.")


def name_period(figures: Figures, language: str, before: bool = False) -> str:
    span = figures.before if before else figures.period
    days = [long_day(day, language) for day in dict.fromkeys((span.first, span.last))]
    until = room_texts(language, "analytics").words["until"].format(time=hour_of(span)) if span.until else ""
    return ", ".join(filter(None, [" – ".join(days), until]))


def hour_of(span: Span) -> str:
    """When an unfinished period breaks off, in its own zone: 09:40."""
    return f"{span.until.astimezone(zone_of(span.zone)):%H:%M}" if span.until else ""


def describe_choice(figures: Figures, texts: RoomTexts) -> str:
    """Period, what it is compared with, and the zone in which days begin: the one place that names it."""
    alone = not (figures.volumes.dialogs.before or figures.volumes.messages.before)
    return str(
        texts.words["span_alone" if alone else "span"].format(
            span=name_period(figures, texts.language),
            before=name_period(figures, texts.language, before=True),
            zone=zone_name(zone_of(figures.period.zone), figures.made_at, texts.language),
        )
    )
