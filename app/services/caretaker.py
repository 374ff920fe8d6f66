"""What happens by itself: cut turns are healed, idle dialogs are closed, new articles are indexed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from app.core.exceptions import CallCenterError
from app.services.dialog_manager import DialogManager
from app.services.knowledge import KnowledgeService

log = structlog.get_logger()


@dataclass
class Caretaker:
    """`timeout` of zero never closes; `period` is in seconds."""

    dialogs: DialogManager
    timeout: timedelta
    knowledge: KnowledgeService
    period: float = 60
    _task: asyncio.Task[None] | None = field(default=None, init=False)

    def start(self) -> None:
        self._task = asyncio.create_task(self._work(), name="caretaker")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.knowledge.settle()

    async def heal(self) -> None:
        cut = await self.dialogs.store.unfinished()
        if cut:
            await self.dialogs.turns.witness.ready()
        for dialog_id in cut:
            await self.dialogs.heal(dialog_id)
        if self.dialogs.turns.approvals:
            await self.dialogs.turns.approvals.catch_up()

    async def close_idle(self) -> int:
        """How many dialogs were closed."""
        if not self.timeout:
            return 0
        since = self.dialogs.clock() - self.timeout
        closed = 0
        for dialog_id in await self.dialogs.store.idle_since(since):
            closed += await self.dialogs.close_idle(dialog_id, since)
        return closed

    async def _work(self) -> None:
        healed = False
        while True:
            healed = healed or await self._done(self.heal)
            await self._done(self.close_idle)
            await self._done(self.knowledge.refresh_if_changed)
            await asyncio.sleep(self.period)

    async def _done(self, duty: Callable[[], Awaitable[object]]) -> bool:
        """What fails is tried again later, and keeps no other duty from being done."""
        try:
            await duty()
        except CallCenterError as error:
            log.error("caretaker_failed", code=error.code)
        except Exception as error:  # noqa: BLE001 - the supervisor of a background task
            log.error("caretaker_failed", code=type(error).__name__)
        else:
            return True
        return False
