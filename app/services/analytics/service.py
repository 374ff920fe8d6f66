"""Figures of stored dialogs over a period; facts of a dialog are cached by its version."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.core.config import Settings
from app.core.exceptions import CallCenterError
from app.core.ports import DialogQuery, DialogRow, DialogStore
from app.services.analytics.facts import DialogFacts, facts_of
from app.services.analytics.period import Period
from app.services.analytics.scope import Outcomes, Visits
from app.services.analytics.staffing import Staffing, Wanted, staff
from app.services.analytics.tally import tally
from app.services.analytics.views import Figures
from app.services.dialogs.manager import DialogManager
from app.services.dialogs.scan import DialogCache, every

PAGE = 1000
MOST_DIALOGS, KEPT = 50_000, 60_000
IDLE = 60  # minutes, where dialogs are never closed by themselves
LIKED_LATER, LOOK_AGAIN = timedelta(days=1), 600  # seconds
Version = tuple[datetime, int, int]


class PeriodTooFull(CallCenterError):
    status = 422
    code = "period_too_full"

    def __init__(self) -> None:
        super().__init__(
            f"The period and the one before it hold more than {MOST_DIALOGS} dialogs; choose a shorter one."
        )


@dataclass
class AnalyticsService:
    """`idle` is after how long without a line a dialog counts as over. One reading at a time."""

    store: DialogStore
    clock: Callable[[], datetime]
    idle: timedelta = timedelta(minutes=IDLE)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _facts: DialogCache[DialogFacts] = field(init=False)

    def __post_init__(self) -> None:
        self._facts = DialogCache(self.store, facts_of, KEPT)

    async def figures(
        self,
        first: date | None = None,
        last: date | None = None,
        zone: str = "UTC",
        agent: str = "",
        language: str = "",
    ) -> Figures:
        """Of dialogs that `agent` served last and whose last answer was in `language`; empty for all.

        Raises PeriodInvalid, PeriodTooFull or StorageUnavailable.
        """
        now = self.clock()
        period = Period.of(first, last, zone, now)
        async with self._reading:
            rows = [row async for row in self._rows(period.before.start)]
            known = await self._find_facts([row for row in rows if row.created_at < period.end], now)
        outcomes = Outcomes(Visits.of((row.customer_id, row.created_at) for row in rows), now, self.idle)
        chosen = [f for f in known if agent in ("", f.agent) and language in ("", f.language)]
        figures = await asyncio.to_thread(tally, chosen, period, outcomes)
        return figures.model_copy(update={"agent": agent, "language": language})

    async def has_any(self) -> bool:
        """Whether there has ever been a dialog. Raises StorageUnavailable."""
        return bool((await self.store.find(DialogQuery(limit=1))).rows)

    def staffing(self, wanted: Wanted) -> Staffing:
        return staff(wanted)

    async def _rows(self, since: datetime) -> AsyncIterator[DialogRow]:
        """Everything with a change since then; what came after a period tells whether customers came back."""
        seen = 0
        async for row in every(self.store, DialogQuery(limit=PAGE)):
            if row.updated_at < since:
                return
            seen += 1
            if seen > MOST_DIALOGS:
                raise PeriodTooFull
            yield row

    async def _find_facts(self, rows: Sequence[DialogRow], now: datetime) -> list[DialogFacts]:
        events = await self.store.event_counts()
        versions = {row.dialog_id: _version(row, events, now) for row in rows}
        return list((await self._facts.get_all(versions)).values())


def _version(row: DialogRow, events: dict[str, int], now: datetime) -> Version:
    """A rating is no change that a list shows, but it is an event. A thumb is neither: for a day after its
    last change a dialog is read again every ten minutes."""
    young = now - row.updated_at < LIKED_LATER
    return row.updated_at, events.get(row.dialog_id, 0), int(now.timestamp()) // LOOK_AGAIN if young else 0


def analytics_of(dialogs: DialogManager, settings: Settings) -> AnalyticsService:
    idle = timedelta(minutes=settings.dialog_timeout_minutes or IDLE)
    return AnalyticsService(dialogs.store, dialogs.clock, idle)
