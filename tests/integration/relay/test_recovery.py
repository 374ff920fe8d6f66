"""What the relay makes of a past that it did not see: events uncopied, dialogs deleted, a database away."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from app.adapters.storage.memory_store import MemoryStore
from app.core.exceptions import BackOfficeUnavailable, DialogNotFound, IndexBuilding
from app.core.ports import DialogQuery
from app.engines.backoffice.outbox import SqlOutbox
from app.services.crm.delivery import DeliveryWorker
from app.services.crm.relay import Relay
from app.services.dialogs.change_feed import ObservedStore
from app.telemetry.metrics import Metrics
from tests.contract.samples import new_dialog
from tests.faults.customers import until
from tests.support.mock_crm import RunningCrm, client_at
from tests.support.outbox import NOON, Clock, outbox_like, outbox_on
from tests.support.post import Post

pytestmark = pytest.mark.anyio


async def test_what_was_never_copied_is_found_by_comparing(post: Post, crm: RunningCrm) -> None:
    dialog = new_dialog()
    dialog.add_event("dialog.opened", {}, NOON)
    await post.store.inner.write(dialog)
    await post.deliver()
    assert crm.arrived(dialog.dialog_id) == []
    await post.relay.compare()
    await post.deliver()
    assert crm.arrived(dialog.dialog_id) == [1]
    dialog.add_event("dialog.closed", {}, NOON)
    await post.store.inner.write(dialog)
    for _ in range(2):
        await post.relay.compare()
    await post.deliver()
    assert crm.arrived(dialog.dialog_id) == [1, 2]


async def test_what_happened_before_a_crm_was_configured_is_not_told(
    prepared: Path, tmp_path: Path, crm: RunningCrm
) -> None:
    old, store = new_dialog(), MemoryStore()
    old.add_event("dialog.opened", {}, NOON)
    await store.write(old)
    clock, metrics = Clock(), Metrics()
    async with client_at(crm) as client:
        with outbox_like(prepared, tmp_path) as outbox:
            relay = Relay(store, outbox, DeliveryWorker(outbox, client, metrics, clock))
            await relay.begin()
            old.add_event("dialog.closed", {}, NOON)
            await store.write(old)
            await relay.compare()
            await relay.copy()
            await relay.delivery.carry()
    assert crm.arrived(old.dialog_id) == [2]


class UncountedStore(MemoryStore):
    """Its dialogs cannot be counted yet."""

    building = True

    async def event_counts(self) -> dict[str, int]:
        if self.building:
            raise IndexBuilding("1 of 2")
        return await super().event_counts()


async def test_what_happens_while_dialogs_cannot_be_counted_yet_is_told_and_what_was_before_is_not(
    prepared: Path, tmp_path: Path, crm: RunningCrm
) -> None:
    old, store, clock = new_dialog(), UncountedStore(), Clock()
    old.add_event("dialog.opened", {}, NOON - timedelta(days=1))
    await store.write(old)
    async with client_at(crm) as client:
        with outbox_like(prepared, tmp_path) as outbox:
            relay = Relay(store, outbox, DeliveryWorker(outbox, client, Metrics(), clock))
            await relay.start()
            old.add_event("dialog.closed", {}, clock())
            await store.write(old)
            relay.changed(old.dialog_id)
            store.building = False
            await asyncio.to_thread(until, lambda: crm.arrived(old.dialog_id))
            await relay.stop()
    assert crm.arrived(old.dialog_id) == [2]


async def test_a_deleted_dialog_is_not_told_of_any_more(post: Post, crm: RunningCrm) -> None:
    dialog = new_dialog()
    crm.fail("503")
    await post.write(dialog, 2)
    await post.deliver()
    async with post.store.lock(dialog.dialog_id):
        await post.store.delete(dialog.dialog_id)
    crm.mock.fault = None
    await post.until_delivered()
    assert crm.arrived(dialog.dialog_id) == []
    with pytest.raises(DialogNotFound):
        await post.store.delete(dialog.dialog_id)


async def test_a_dialog_that_was_deleted_behind_the_relays_back_is_forgotten_at_start(
    post: Post, crm: RunningCrm
) -> None:
    gone, left = new_dialog("gone"), new_dialog("left")
    crm.fail("503")
    for dialog in (gone, left):
        await post.write(dialog, 1)
    await post.deliver()
    await post.store.inner.delete(gone.dialog_id)
    crm.mock.fault = None
    await post.relay.drop_deleted()
    await post.until_delivered()
    assert (crm.arrived(gone.dialog_id), crm.arrived(left.dialog_id)) == ([], [1])


async def test_a_relay_that_runs_delivers_by_itself_once_its_database_can_be_used(
    tmp_path: Path, crm: RunningCrm
) -> None:
    place, store = tmp_path / "place", MemoryStore()
    place.touch()
    async with client_at(crm) as client:
        outbox = SqlOutbox(place / "outbox.sqlite")
        relay = Relay(store, outbox, DeliveryWorker(outbox, client, Metrics(), Clock()), period=0.05)
        await relay.start()
        dialog = new_dialog()
        dialog.add_event("dialog.opened", {}, NOON)
        await ObservedStore(store, relay).write(dialog)
        with pytest.raises(BackOfficeUnavailable):
            await relay.state()
        place.unlink()
        await asyncio.to_thread(until, lambda: crm.arrived(dialog.dialog_id) == [1])
        dialog.add_event("dialog.closed", {}, NOON)
        await ObservedStore(store, relay).write(dialog)
        await asyncio.to_thread(until, lambda: crm.arrived(dialog.dialog_id) == [1, 2])
        await relay.stop()
    with outbox_on(place / "outbox.sqlite") as again:
        assert again.state().waiting == 0


async def test_a_dialog_stays_where_its_waiting_events_cannot_be_dropped(post: Post, tmp_path: Path) -> None:
    dialog = new_dialog()
    await post.write(dialog, 1)
    blocked = tmp_path / "a file"
    blocked.touch()
    post.relay.outbox = SqlOutbox(blocked / "outbox.sqlite")
    async with post.store.lock(dialog.dialog_id):
        with pytest.raises(BackOfficeUnavailable):
            await post.store.delete(dialog.dialog_id)
    assert [row.dialog_id for row in (await post.store.find(DialogQuery())).rows] == [dialog.dialog_id]
