"""Events on their way from dialogs to a webhook over real HTTP; time is moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from app.adapters.storage.memory_store import MemoryStore
from app.core.dialog import Dialog
from app.core.exceptions import BackOfficeUnavailable, DialogNotFound, IndexBuilding
from app.core.outbox import LONGEST_PAUSE
from app.core.ports import DialogQuery
from app.engines.backoffice.outbox import SqlOutbox
from app.services.crm.delivery import PATIENCE, DeliveryWorker
from app.services.crm.relay import Relay
from app.services.dialogs.change_feed import ObservedStore
from app.telemetry import Metrics
from tests.contract.samples import new_dialog
from tests.faults.customers import until
from tests.support.mock_crm import RunningCrm, client_at, running_crm
from tests.support.outbox import NOON, Clock, fresh, outbox_like, outbox_on
from tests.support.post import Post, post_office

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fresh(tmp_path_factory.mktemp("outbox") / "outbox.sqlite")


@pytest.fixture
def crm() -> Iterator[RunningCrm]:
    with running_crm("webhook") as crm:
        yield crm


@pytest.fixture
async def post(prepared: Path, tmp_path: Path, crm: RunningCrm) -> AsyncIterator[Post]:
    async with client_at(crm) as client, post_office(prepared, tmp_path, client) as post:
        yield post


def arrived(crm: RunningCrm, dialog: Dialog) -> list[int]:
    """In the order in which they came first."""
    data = [row["data"] for row in crm.rows("events")]
    return [each["number"] for each in data if each["dialog_id"] == dialog.dialog_id]


async def test_events_arrive_in_order_and_leave_nothing_behind(post: Post, crm: RunningCrm) -> None:
    dialogs = [new_dialog(f"customer {number}") for number in range(12)]
    for more in (1, 3):
        for dialog in dialogs:
            await post.write(dialog, more)
    await post.deliver()
    assert [arrived(crm, dialog) for dialog in dialogs] == [[1, 2, 3, 4]] * 12
    assert (await post.relay.state()).waiting == 0
    assert post.figure("events_delivered_total") == 48


async def test_a_receiver_that_was_away_gets_everything_once_and_in_order(
    post: Post, crm: RunningCrm
) -> None:
    dialogs = [new_dialog(f"customer {number}") for number in range(5)]
    crm.fail("503")
    for _ in range(3):
        for dialog in dialogs:
            await post.write(dialog, 1)
        await post.deliver()
        post.clock.turn(minutes=5)
    assert [arrived(crm, dialog) for dialog in dialogs] == [[]] * 5
    crm.mock.fault = None
    await post.until_delivered()
    assert [arrived(crm, dialog) for dialog in dialogs] == [[1, 2, 3]] * 5
    assert crm.keeper.repeats == 0  # type: ignore[attr-defined]


async def test_a_lost_answer_brings_the_same_event_again_under_the_same_id(
    post: Post, crm: RunningCrm
) -> None:
    dialog = new_dialog()
    crm.fail("lost", count=2)
    await post.write(dialog, 2)
    await post.until_delivered()
    assert arrived(crm, dialog) == [1, 2]
    assert crm.keeper.repeats == 2  # type: ignore[attr-defined]


async def test_a_poison_event_becomes_a_dead_letter_and_the_others_go_on(post: Post, crm: RunningCrm) -> None:
    sick, well = new_dialog("sick"), new_dialog("well")
    await post.write(sick, 1)
    crm.fail("400", count=1)
    await post.deliver()
    await post.write(sick, 1)
    await post.write(well, 1)
    await post.deliver()
    assert (arrived(crm, sick), arrived(crm, well)) == ([2], [1])
    [letter] = post.outbox.dead(10)
    assert letter.event.id == f"{sick.dialog_id}:1"
    assert "HTTP 400" in letter.why
    assert post.figure("events_dead_total") == 1
    post.outbox.revive()
    await post.deliver()
    assert arrived(crm, sick) == [2, 1]


async def test_the_receivers_word_on_when_to_come_back_is_kept(post: Post, crm: RunningCrm) -> None:
    dialog = new_dialog()
    crm.mock.retry_after = "600"
    crm.fail("429_retry_after", count=1)
    await post.write(dialog, 1)
    await post.deliver()
    post.clock.turn(seconds=599)
    await post.deliver()
    assert arrived(crm, dialog) == []
    post.clock.turn(seconds=1)
    await post.deliver()
    assert arrived(crm, dialog) == [1]


@pytest.mark.parametrize(
    "ahead", [timedelta(minutes=10), timedelta(minutes=20), timedelta(hours=3), timedelta(days=400)]
)
async def test_what_failed_while_the_clock_was_ahead_waits_a_quarter_of_an_hour_at_most(
    post: Post, crm: RunningCrm, ahead: timedelta
) -> None:
    failed, under_way = new_dialog("a"), new_dialog("b")
    post.clock.now += ahead
    crm.fail("503")
    await post.write(failed, 2)
    await post.deliver()
    await post.write(under_way, 1)
    await post.relay.copy()
    assert post.outbox.claim(post.clock(), 9, timedelta(minutes=1))  # by a process that is killed then
    post.clock.now -= ahead
    crm.mock.fault = None
    for _ in range(16):
        await post.deliver()
        post.clock.turn(minutes=1)
    assert (arrived(crm, failed), arrived(crm, under_way)) == ([1, 2], [1])


async def test_a_receiver_cannot_put_an_event_off_for_longer_than_the_longest_pause(
    post: Post, crm: RunningCrm
) -> None:
    dialog = new_dialog()
    crm.mock.retry_after = "7200"
    crm.fail("429_retry_after", count=1)
    await post.write(dialog, 1)
    await post.deliver()
    post.clock.turn(seconds=LONGEST_PAUSE.total_seconds())
    await post.deliver()
    assert arrived(crm, dialog) == [1]


async def test_pauses_grow_to_a_quarter_of_an_hour_and_end_after_three_days(
    post: Post, crm: RunningCrm
) -> None:
    crm.fail("503")
    await post.write(new_dialog(), 1)
    began, tries = post.clock.now, []
    while not post.outbox.dead(1):
        await post.deliver()
        tries.append((post.clock.now - began).total_seconds())
        post.clock.turn(seconds=_next_pause(len(tries)))
    pauses = [b - a for a, b in pairwise(tries)]
    assert pauses[:5] == [1, 2, 4, 8, 16]
    assert max(pauses) == LONGEST_PAUSE.total_seconds()
    assert timedelta(seconds=tries[-1]) >= PATIENCE
    assert timedelta(seconds=tries[-2]) < PATIENCE
    assert len(crm.mock.requests) == len(tries)


def _next_pause(tries: int) -> float:
    return min(LONGEST_PAUSE.total_seconds(), 2.0 ** min(tries - 1, 30))


async def test_chance_halves_a_pause_at_most(post: Post, crm: RunningCrm) -> None:
    post.relay.carrier.luck = lambda: 0.0
    crm.fail("503")
    dialog = new_dialog()
    await post.write(dialog, 1)
    await post.deliver()
    crm.mock.fault = None
    post.clock.turn(seconds=0.49)
    await post.deliver()
    assert arrived(crm, dialog) == []
    post.clock.turn(seconds=0.01)
    await post.deliver()
    assert arrived(crm, dialog) == [1]


async def test_what_was_never_copied_is_found_by_comparing(post: Post, crm: RunningCrm) -> None:
    dialog = new_dialog()
    dialog.happened("dialog.opened", {}, NOON)
    await post.store.inner.write(dialog)
    await post.deliver()
    assert arrived(crm, dialog) == []
    await post.relay.compare()
    await post.deliver()
    assert arrived(crm, dialog) == [1]
    dialog.happened("dialog.closed", {}, NOON)
    await post.store.inner.write(dialog)
    for _ in range(2):
        await post.relay.compare()
    await post.deliver()
    assert arrived(crm, dialog) == [1, 2]


async def test_what_happened_before_a_crm_was_configured_is_not_told(
    prepared: Path, tmp_path: Path, crm: RunningCrm
) -> None:
    old, store = new_dialog(), MemoryStore()
    old.happened("dialog.opened", {}, NOON)
    await store.write(old)
    clock, metrics = Clock(), Metrics()
    async with client_at(crm) as client:
        with outbox_like(prepared, tmp_path) as outbox:
            relay = Relay(store, outbox, DeliveryWorker(outbox, client, metrics, clock))
            await relay.begin()
            old.happened("dialog.closed", {}, NOON)
            await store.write(old)
            await relay.compare()
            await relay.copy()
            await relay.carrier.carry()
    assert arrived(crm, old) == [2]


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
    old.happened("dialog.opened", {}, NOON - timedelta(days=1))
    await store.write(old)
    async with client_at(crm) as client:
        with outbox_like(prepared, tmp_path) as outbox:
            relay = Relay(store, outbox, DeliveryWorker(outbox, client, Metrics(), clock))
            await relay.start()
            old.happened("dialog.closed", {}, clock())
            await store.write(old)
            relay.changed(old.dialog_id)
            store.building = False
            await asyncio.to_thread(until, lambda: arrived(crm, old))
            await relay.stop()
    assert arrived(crm, old) == [2]


async def test_a_deleted_dialog_is_not_told_of_any_more(post: Post, crm: RunningCrm) -> None:
    dialog = new_dialog()
    crm.fail("503")
    await post.write(dialog, 2)
    await post.deliver()
    async with post.store.lock(dialog.dialog_id):
        await post.store.delete(dialog.dialog_id)
    crm.mock.fault = None
    await post.until_delivered()
    assert arrived(crm, dialog) == []
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
    assert (arrived(crm, gone), arrived(crm, left)) == ([], [1])


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
        dialog.happened("dialog.opened", {}, NOON)
        await ObservedStore(store, relay).write(dialog)
        with pytest.raises(BackOfficeUnavailable):
            await relay.state()
        place.unlink()
        await asyncio.to_thread(until, lambda: arrived(crm, dialog) == [1])
        dialog.happened("dialog.closed", {}, NOON)
        await ObservedStore(store, relay).write(dialog)
        await asyncio.to_thread(until, lambda: arrived(crm, dialog) == [1, 2])
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
