"""Figures of stored dialogs over a period, kept by dialog and change so that a second look is quick."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.core.config import Settings
from app.core.exceptions import CallCenterError, DialogNotFound, DialogQuarantined
from app.core.ports import DialogQuery, DialogRow, DialogStore
from app.services.analytics.facts import DialogFacts, facts_of
from app.services.analytics.period import Period
from app.services.analytics.scope import Outcomes, Visits
from app.services.analytics.staffing import Staffing, Wanted, staff
from app.services.analytics.tally import tally
from app.services.analytics.views import Figures
from app.services.dialogs.manager import DialogManager

PAGE, AT_ONCE = 1000, 4
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
class Kept:
    """Facts of dialogs by id and version; the longest unused go when there are too many."""

    most: int = KEPT
    _facts: OrderedDict[str, tuple[Version, DialogFacts | None]] = field(default_factory=OrderedDict)

    def has(self, dialog_id: str, version: Version) -> bool:
        found = self._facts.get(dialog_id)
        return found is not None and found[0] == version

    def get(self, dialog_id: str) -> DialogFacts | None:
        if dialog_id not in self._facts:
            return None
        self._facts.move_to_end(dialog_id)
        return self._facts[dialog_id][1]

    def put(self, dialog_id: str, version: Version, facts: DialogFacts | None) -> None:
        self._facts[dialog_id] = version, facts
        self._facts.move_to_end(dialog_id)
        while len(self._facts) > self.most:
            self._facts.popitem(last=False)


@dataclass
class AnalyticsService:
    """`idle` is after how long without a line a dialog counts as over. One reading at a time."""

    store: DialogStore
    clock: Callable[[], datetime]
    idle: timedelta = timedelta(minutes=IDLE)
    kept: Kept = field(default_factory=Kept)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def figures(
        self, first: date | None = None, last: date | None = None, zone: str = "UTC"
    ) -> Figures:
        """Raises PeriodInvalid, PeriodTooFull or StorageUnavailable."""
        now = self.clock()
        period = Period.of(first, last, zone, now)
        async with self._reading:
            rows = [row async for row in self._rows(period.before.start)]
            known = await self._known([row for row in rows if row.created_at < period.end], now)
        outcomes = Outcomes(Visits.of((row.customer_id, row.created_at) for row in rows), now, self.idle)
        return await asyncio.to_thread(tally, known, period, outcomes)

    def staffing(self, wanted: Wanted) -> Staffing:
        return staff(wanted)

    async def _rows(self, since: datetime) -> AsyncIterator[DialogRow]:
        """Everything with a change since then; what came after a period tells whether customers came back."""
        cursor, seen = None, 0
        while True:
            page = await self.store.find(DialogQuery(limit=PAGE, cursor=cursor))
            for row in page.rows:
                if row.updated_at < since:
                    return
                seen += 1
                if seen > MOST_DIALOGS:
                    raise PeriodTooFull
                yield row
            if (cursor := page.next_cursor) is None:
                return

    async def _known(self, rows: Sequence[DialogRow], now: datetime) -> list[DialogFacts]:
        """Sorted out by version: what stands in `kept` is not read again."""
        events = await self.store.event_counts()
        versions = {row.dialog_id: _version(row, events, now) for row in rows}
        missing = [name for name, version in versions.items() if not self.kept.has(name, version)]
        queue = iter(missing)

        async def read() -> None:
            for name in queue:
                self.kept.put(name, versions[name], await self._read(name))

        await asyncio.gather(*(read() for _ in range(AT_ONCE)))
        return [facts for name in versions if (facts := self.kept.get(name))]

    async def _read(self, dialog_id: str) -> DialogFacts | None:
        """None for a dialog that was deleted meanwhile, or whose file is damaged."""
        try:
            dialog = await self.store.read(dialog_id)
        except (DialogNotFound, DialogQuarantined):
            return None
        return await asyncio.to_thread(facts_of, dialog)


def _version(row: DialogRow, events: dict[str, int], now: datetime) -> Version:
    """A rating is no change that a list shows, but it is an event. A thumb is neither: for a day after its
    last change a dialog is read again every ten minutes."""
    young = now - row.updated_at < LIKED_LATER
    return row.updated_at, events.get(row.dialog_id, 0), int(now.timestamp()) // LOOK_AGAIN if young else 0


def analytics_of(dialogs: DialogManager, settings: Settings) -> AnalyticsService:
    idle = timedelta(minutes=settings.dialog_timeout_minutes or IDLE)
    return AnalyticsService(dialogs.store, dialogs.clock, idle)
