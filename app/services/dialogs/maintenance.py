"""Background work: interrupted turns and deletions, idle dialogs, the operators' queue, new articles."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

import structlog

from app.core.exceptions import CallCenterError, DialogNotFound, IndexBuilding
from app.core.ports import DialogQuery
from app.services.dialogs.manager import DialogManager
from app.services.knowledge.library import KnowledgeService
from app.services.privacy.retention import PrivacyDesk

log = structlog.get_logger()
BATCH = 50  # idle dialogs closed at a time
EARLY = 1.0  # seconds after which it is looked again whether dialogs can be listed by now


@dataclass
class Maintenance:
    """A `timeout` of zero never closes; `period` is in seconds; `queue` tells whether more is to do."""

    dialogs: DialogManager
    timeout: timedelta
    knowledge: KnowledgeService
    queue: Callable[[], Awaitable[bool]] | None = None
    period: float = 60
    timer: Callable[[], float] = monotonic
    privacy: PrivacyDesk | None = None
    _task: asyncio.Task[None] | None = field(default=None, init=False)
    more: bool = field(default=False, init=False)
    _ahead: dict[tuple[str, datetime], float] = field(default_factory=dict, init=False)
    _early: bool = field(default=False, init=False)
    _passed: int = field(default=0, init=False)

    def start(self) -> None:
        self._task = asyncio.create_task(self._work(), name="maintenance")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.knowledge.settle()

    async def heal(self) -> None:
        await self.dialogs.heal_all()

    async def close_idle(self) -> int:
        """The number closed of one batch; `more` is true if there may be another batch.

        A dialog that cannot be closed is skipped.
        """
        if not self.timeout:
            return 0
        since = self.dialogs.clock() - self.timeout
        batch = await self.dialogs.store.idle_since(since, BATCH, self._passed)
        closed = sum([await self._close_one(dialog_id, since) for dialog_id in batch])
        self.more = len(batch) == BATCH
        self._passed = self._passed + len(batch) - closed if self.more else 0
        return closed if self.more else closed + await self._close_ahead()

    async def _close_ahead(self) -> int:
        """Dialogs dated in the future, as the clock was ahead: idle for as long as they have been seen so."""
        now, seen = self.dialogs.clock(), self.timer()
        latest = await self.dialogs.store.find(DialogQuery(limit=BATCH, status="active"))
        ahead = {(row.dialog_id, row.updated_at) for row in latest.rows if row.updated_at > now}
        self._ahead = {each: self._ahead.get(each, seen) for each in ahead}
        longest = self.timeout.total_seconds()
        idle = [each for each, since in self._ahead.items() if seen - since >= longest]
        return sum([await self._close_one(*each) for each in idle])

    async def _sweep(self) -> bool:
        await self.close_idle()
        return self.more

    async def keep_queue(self) -> bool:
        return self.queue is not None and await self.queue()

    async def _close_one(self, dialog_id: str, since: datetime) -> bool:
        """True unless the dialog is still open and idle."""
        try:
            await self.dialogs.close_idle(dialog_id, since)
        except DialogNotFound:
            return True
        except CallCenterError as error:
            log.warning("idle_dialog_not_closed", dialog_id=dialog_id, code=error.code)
            return False
        return True

    async def _work(self) -> None:
        """Unfinished batches continue after a pause as long as the last round took."""
        healed = False
        while True:
            self._early = False
            healed = healed or await self._run_safely(self.heal)
            if self.privacy:
                await self._run_safely(self.privacy.keep_up)
            began = monotonic()
            more = [await self._run_batch(duty) for duty in (self._sweep, self.keep_queue)]
            await self._run_safely(self.knowledge.refresh_if_changed)
            pause = min(EARLY, self.period) if self._early else self.period
            await asyncio.sleep(monotonic() - began if any(more) else pause)

    async def _run_batch(self, duty: Callable[[], Awaitable[bool]]) -> bool:
        found: list[bool] = []

        async def look() -> None:
            found.append(await duty())

        await self._run_safely(look)
        return any(found)

    async def _run_safely(self, duty: Callable[[], Awaitable[object]]) -> bool:
        """A failing duty is retried later and blocks no other."""
        try:
            await duty()
        except IndexBuilding:
            self._early = True
        except CallCenterError as error:
            log.error("maintenance_failed", code=error.code)
        except Exception as error:  # noqa: BLE001 - the supervisor of a background task
            log.error("maintenance_failed", code=type(error).__name__)
        else:
            return True
        return False
