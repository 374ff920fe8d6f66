"""Dialogs that nobody has written in for RETENTION_DAYS are deleted, with all that came of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import NamedTuple

import structlog

from app.core.audit import ACTOR, Act, AuditLog, acting
from app.core.exceptions import DialogBusy, DialogNotFound
from app.core.ports import DialogQuery
from app.core.threads import in_storage
from app.services.dialogs.manager import DialogManager
from app.services.privacy.customer_data import CustomerData

log = structlog.get_logger()
PAGE = 200
DAILY = timedelta(days=1).total_seconds()
NAME = "retention"


@dataclass
class Retention:
    """`days` of zero keeps all. `records` drops what the back office noted of a dialog, but for approvals
    that still wait; `damaged` removes damaged files that are older than a moment, and returns how many.
    """

    dialogs: DialogManager
    days: int
    records: Callable[[str], Awaitable[None]]
    damaged: Callable[[datetime], Awaitable[int]]
    timer: Callable[[], float] = monotonic
    audit: AuditLog | None = None
    _ran: float | None = field(default=None, init=False)

    async def run_daily(self) -> None:
        """At the first call and a day after the last one that succeeded."""
        if self.days and (self._ran is None or self.timer() - self._ran >= DAILY):
            await self.prune()
            self._ran = self.timer()

    async def prune(self) -> int:
        """How many dialogs and damaged files were deleted."""
        if not self.days:
            return 0
        limit = self.dialogs.clock() - timedelta(days=self.days)
        count = await self.damaged(limit)
        for dialog_id in [found async for found in self._old(limit)]:
            count += await self._delete(dialog_id, limit)
        if self.audit:
            act = Act(ACTOR.get() or NAME, "retention.run", f"{self.days} days", f"deleted {count}")
            await in_storage(self.audit.append, [act])
        if count:
            log.info("retention_applied", deleted=count)
        return count

    async def _old(self, limit: datetime) -> AsyncIterator[str]:
        """Raises IndexBuilding."""
        cursor = None
        while True:
            page = await self.dialogs.store.find(DialogQuery(limit=PAGE, cursor=cursor))
            for row in page.rows:
                if row.updated_at < limit:
                    yield row.dialog_id
            if (cursor := page.next_cursor) is None:
                return

    async def _delete(self, dialog_id: str, limit: datetime) -> bool:
        """False where it is gone, or somebody wrote in it meanwhile."""
        with acting(NAME):
            try:
                await self.dialogs.delete(dialog_id, before=limit, records=self.records)
            except (DialogNotFound, DialogBusy):
                return False
        return True


class PrivacyDesk(NamedTuple):
    customers: CustomerData
    retention: Retention

    async def keep_up(self) -> None:
        """What the background work does: go on with deletions that were cut, delete what is old."""
        await self.customers.resume()
        await self.retention.run_daily()
