"""A store that tells, the relay it tells, and a carrier whose time is moved by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from app.adapters.storage.memory_store import MemoryStore
from app.core.dialog import Dialog
from app.core.outbox import LONGEST_PAUSE, CrmClient
from app.engines.backoffice.outbox import SqlOutbox
from app.services.crm.delivery import DeliveryWorker
from app.services.crm.relay import Relay
from app.services.dialogs.change_feed import ObservedStore
from app.telemetry.metrics import Metrics
from tests.support.outbox import Clock, outbox_like


@dataclass
class Post:
    """A store that tells, the relay it tells, and where the relay delivers."""

    store: ObservedStore
    relay: Relay
    outbox: SqlOutbox
    clock: Clock
    metrics: Metrics

    async def write(self, dialog: Dialog, more: int) -> None:
        for _ in range(more):
            dialog.add_event("dialog.routed", {"agent": "sales"}, self.clock())
        async with self.store.lock(dialog.dialog_id):
            await self.store.write(dialog)

    async def deliver(self) -> None:
        await self.relay.copy()
        await self.relay.delivery.carry()

    async def until_delivered(self) -> None:
        """However often it takes; each round finds everything due."""
        while True:
            await self.deliver()
            if not (await self.relay.state()).waiting:
                return
            self.clock.turn(seconds=LONGEST_PAUSE.total_seconds())

    def figure(self, name: str) -> float:
        value = self.metrics.registry.get_sample_value(f"callcenter_{name}")
        assert value is not None
        return value


@asynccontextmanager
async def post_office(prepared: Path, folder: Path, client: CrmClient) -> AsyncIterator[Post]:
    clock, metrics = Clock(), Metrics()
    with outbox_like(prepared, folder) as outbox:
        delivery = DeliveryWorker(outbox, client, metrics, clock, limit=20, luck=lambda: 1.0)
        store = MemoryStore()
        relay = Relay(store, outbox, delivery)
        await relay.begin()
        yield Post(ObservedStore(store, relay), relay, outbox, clock, metrics)
