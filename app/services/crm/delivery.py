"""Takes what waits in the outbox to the CRM, and decides what becomes of a failure."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from app.core.exceptions import CrmError, CrmRefused, CrmUnavailable
from app.core.outbox import LONGEST_PAUSE, CrmClient, Outbox, OutboxMessage, OutboxState
from app.core.threads import in_office
from app.telemetry.metrics import Metrics

log = structlog.get_logger()
PATIENCE = timedelta(days=3)


@dataclass
class DeliveryWorker:
    """`limit` is the seconds that one attempt may take; `luck` gives 0..1. The caller runs one `carry`."""

    outbox: Outbox
    crm: CrmClient
    metrics: Metrics
    clock: Callable[[], datetime]
    limit: float = 60
    at_once: int = 8
    luck: Callable[[], float] = random.random
    wake: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _running: dict[asyncio.Task[None], OutboxMessage] = field(default_factory=dict, init=False)

    async def carry(self, stopping: Callable[[], bool] = lambda: False) -> None:
        """Until nothing is due and nothing under way. Raises BackOfficeUnavailable."""
        try:
            while True:
                if not stopping():
                    await self._claim()
                if not self._running:
                    return
                await self._some_end()
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)
            self._running.clear()

    def tell(self, state: OutboxState) -> None:
        age = (self.clock() - state.oldest).total_seconds() if state.oldest else 0.0
        self.metrics.outbox(state.waiting, state.dead, age)

    async def _claim(self) -> None:
        """The lease outlasts the attempt, so that nobody begins another one meanwhile."""
        lease = timedelta(seconds=self.limit * 1.25)
        while free := self.at_once - len(self._running):
            messages = await in_office(self.outbox.claim, self.clock(), free, lease)
            if not messages:
                return
            for message in messages:
                self._running[asyncio.create_task(self._deliver(message))] = message

    async def _some_end(self) -> None:
        """Or something new has come. A bug in a client is its event's end, not the relay's."""
        news = asyncio.create_task(self.wake.wait())
        try:
            await asyncio.wait({*self._running, news}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
        self.wake.clear()
        for task in [task for task in self._running if task.done()]:
            message, error = self._running.pop(task), task.exception()
            if error is not None:
                log.error("delivery_broken", event_id=message.event.id, error=repr(error))
                await self._failed(message, CrmRefused(type(error).__name__))

    async def _deliver(self, message: OutboxMessage) -> None:
        try:
            await self._attempt(message)
        except CrmError as error:
            await self._failed(message, error)
        except asyncio.CancelledError:
            await in_office(self.outbox.failed, message, "", self.clock())
            raise
        else:
            await in_office(self.outbox.delivered, message)
            self.metrics.delivered()

    async def _attempt(self, message: OutboxMessage) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self.limit):
                return await self.crm.deliver(message.event)
        raise CrmUnavailable("no end in time")

    async def _failed(self, message: OutboxMessage, error: CrmError) -> None:
        retry_at = self._retry_at(message, error)
        self.metrics.undelivered(dead=retry_at is None)
        note = log.error if retry_at is None else log.warning
        note("event_not_delivered", event_id=message.event.id, tries=message.tries, why=error.detail)
        await in_office(self.outbox.failed, message, str(error), retry_at)

    def _retry_at(self, message: OutboxMessage, error: CrmError) -> datetime | None:
        """Twice as long each time, the half of it by chance; None where nobody should try again."""
        now = self.clock()
        if not isinstance(error, CrmUnavailable) or now - message.since >= PATIENCE:
            return None
        longest = LONGEST_PAUSE.total_seconds()
        pause = min(longest, 2.0 ** min(message.tries - 1, 30)) * (0.5 + self.luck() / 2)
        return now + timedelta(seconds=min(longest, max(pause, error.retry_after or 0)))
