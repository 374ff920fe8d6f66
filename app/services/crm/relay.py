"""Brings events from the dialogs into the outbox, and has them carried: at least once, in order in a dialog.

Dialogs are the truth: what they hold and the outbox lacks is found by comparing the two, at start and now and
then. Mostly that is not needed, because whoever writes a dialog tells of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from app.core.exceptions import CallCenterError, DialogNotFound, DialogQuarantined, IndexBuilding
from app.core.outbox import Outbox, OutboxState
from app.core.ports import DialogStore
from app.core.threads import in_office
from app.services.crm.delivery import DeliveryWorker

log = structlog.get_logger()
GRACE = 5.0
BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass
class Relay:
    """`period` is how often it is seen what is due again, `sweep` how often all is compared; in seconds."""

    store: DialogStore
    outbox: Outbox
    delivery: DeliveryWorker
    period: float = 1
    sweep: float = 60
    _counts: dict[str, int] | None = field(default=None, init=False)
    _compared: dict[str, int] = field(default_factory=dict, init=False)
    _started: datetime = field(default=BEGINNING, init=False)
    _begun: bool = field(default=False, init=False)
    _changed: dict[str, None] = field(default_factory=dict, init=False)
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list, init=False)

    async def start(self) -> None:
        """Before the first customer is let in: what there is at the very first start is not delivered."""
        self._stopped.clear()
        self._started = self.delivery.clock()
        with suppress(CallCenterError):
            await self.begin()
        work = {"relay copies": self._copy_on, "relay carries": self._carry_on}
        self._tasks = [asyncio.create_task(self._keep_up(each), name=name) for name, each in work.items()]

    async def stop(self) -> None:
        """What is under way may end; the rest is taken up at the next start."""
        for event in (self._stopped, self._news, self.delivery.wake):
            event.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.delivery.crm.aclose()
        await in_office(self.outbox.close)

    def changed(self, dialog_id: str) -> None:
        """Something of this dialog was written."""
        self._changed[dialog_id] = None
        self._news.set()

    async def forget(self, dialog_id: str) -> None:
        """Raises BackOfficeUnavailable."""
        await in_office(self.outbox.forget, dialog_id)

    async def state(self) -> OutboxState:
        """Raises BackOfficeUnavailable."""
        return await in_office(self.outbox.state)

    async def begin(self) -> None:
        """Raises BackOfficeUnavailable or StorageUnavailable; what was there is counted once.

        Where dialogs cannot be counted at the start, those that were written by then count up to the start.
        """
        if self._counts is None:
            counts = await self.store.event_counts()
            self._counts = {**counts, **{name: await self._before(name) for name in self._changed}}
        await in_office(self.outbox.begin, self._counts)
        self._begun = True

    async def compare(self) -> None:
        """Find dialogs that have changed since the last time and hold events that the outbox lacks."""
        counts = await self.store.event_counts()
        news = {name: count for name, count in counts.items() if self._compared.get(name) != count}
        copied = await in_office(self.outbox.copied, news.keys())
        for dialog_id, count in news.items():
            if count > copied.get(dialog_id, 0):
                self._changed[dialog_id] = None
        self._compared = counts

    async def drop_deleted(self) -> None:
        """Forget dialogs that were deleted while there was no relay to tell of it."""
        for dialog_id in await in_office(self.outbox.dialogs):
            try:
                await self.store.read(dialog_id)
            except DialogNotFound:
                await self.forget(dialog_id)
            except DialogQuarantined:
                continue

    async def copy(self) -> None:
        """A dialog that cannot be copied now goes to the end of the list."""
        while self._changed:
            dialog_id = next(iter(self._changed))
            del self._changed[dialog_id]
            try:
                await self._copy(dialog_id)
            except (DialogNotFound, DialogQuarantined):
                continue
            except CallCenterError:
                self._changed[dialog_id] = None
                raise

    async def _before(self, dialog_id: str) -> int:
        try:
            events = (await self.store.read(dialog_id)).events
        except (DialogNotFound, DialogQuarantined):
            return 0
        return sum(event.at < self._started for event in events)

    async def _copy(self, dialog_id: str) -> None:
        dialog = await self.store.read(dialog_id)
        if await in_office(self.outbox.add, dialog_id, dialog.events):
            self.delivery.wake.set()

    async def _keep_up(self, work: Callable[[], Awaitable[None]]) -> None:
        """A task that breaks is begun again."""
        while not self._stopped.is_set():
            task = asyncio.ensure_future(work())
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                raise
            error = task.exception()
            if isinstance(error, IndexBuilding):
                await _until(self._stopped, self.period)
            elif error:
                code = error.code if isinstance(error, CallCenterError) else repr(error)
                log.error("relay_failed", code=code)
                await _until(self._stopped, self.period)

    async def _copy_on(self) -> None:
        clock = asyncio.get_running_loop().time
        if not self._begun:
            await self.begin()
        await self.compare()
        compared = clock()
        while not self._stopped.is_set():
            self._news.clear()
            await self.copy()
            await _until(self._news, self.sweep)
            if clock() - compared >= self.sweep:
                await self.compare()
                compared = clock()
        await self.copy()

    async def _carry_on(self) -> None:
        await self.drop_deleted()
        while not self._stopped.is_set():
            self.delivery.wake.clear()
            if self._begun:
                await self.delivery.carry(self._stopped.is_set)
                self.delivery.tell(await self.state())
            await _until(self.delivery.wake, self.period)


async def _until(event: asyncio.Event, seconds: float) -> None:
    """Or until the time is over."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
