"""The stop on what models may cost in a day (UTC), in all and for one customer."""

from __future__ import annotations

from asyncio import to_thread
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import structlog
from pydantic import BaseModel

from app.core.clock import Clock
from app.core.config import Settings
from app.core.exceptions import StorageUnavailable
from app.core.spend import Spend, SpendReached, SpendStore, spender
from app.telemetry.metrics import Metrics

log = structlog.get_logger()
Whose = Literal["all", "customer"]


class SpendToday(BaseModel):
    """US dollars since midnight UTC, null while the sums cannot be read; a `limit` of null is none."""

    spent_usd: float | None
    limit_usd: float | None
    limit_per_customer_usd: float | None
    reached: bool


@dataclass(frozen=True)
class DailySpend:
    """A call that has begun is paid for, so calls that run at once may go over the limit by what they cost.

    While the sums cannot be read or written no call is let through: what nobody counts has no limit.
    """

    settings: Settings
    store: SpendStore
    clock: Clock
    metrics: Metrics

    async def expect(self) -> None:
        customer = spender()
        try:
            spent = await to_thread(self.store.of, self._now.date(), customer)
        except StorageUnavailable:
            log.error("spend_unreadable")
            raise SpendReached(StorageUnavailable.retry_after or 1) from None
        if whose := self._reached(spent, customer):
            self.metrics.spend_stopped(whose)
            raise SpendReached(self._seconds_left)

    async def add(self, input_tokens: int, output_tokens: int) -> None:
        known = self.settings
        dollars = (input_tokens * known.price_input + output_tokens * known.price_output) / 1_000_000
        if not dollars:
            return
        try:
            await to_thread(self.store.add, self._now.date(), spender(), dollars)
        except StorageUnavailable:
            log.error("spend_unwritten", dollars=dollars)

    async def today(self) -> SpendToday:
        known = self.settings
        spent: Spend | None = None
        with suppress(StorageUnavailable):
            spent = await to_thread(self.store.of, self._now.date(), "")
        return SpendToday(
            spent_usd=spent.everybody if spent else None,
            limit_usd=known.spend_per_day or None,
            limit_per_customer_usd=known.spend_per_customer_day or None,
            reached=spent is None or self._reached(spent, "") is not None,
        )

    def _reached(self, spent: Spend, customer: str) -> Whose | None:
        if self.settings.spend_per_day and spent.everybody >= self.settings.spend_per_day:
            return "all"
        mine = self.settings.spend_per_customer_day
        return "customer" if customer and mine and spent.customer >= mine else None

    @property
    def _now(self) -> datetime:
        return self.clock().astimezone(UTC)

    @property
    def _seconds_left(self) -> int:
        now = self._now
        midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), UTC)
        return max(1, round((midnight - now).total_seconds()))
