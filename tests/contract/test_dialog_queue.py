"""The queue that the index keeps is the one that counting all dialogs gives, page by page."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.adapters.storage.json_store import JsonStore
from app.adapters.storage.memory_store import MemoryStore
from app.core.dialog import Dialog, HandbackNote
from app.core.escalation import Escalation
from app.core.ports import DialogStore
from app.core.urgency import QueuePlace, Urgency
from tests.contract.samples import NOON, answered, at, closing, kept, names, new_dialog

pytestmark = pytest.mark.anyio
LINES = (
    "где заказ",
    "Это кошмар!!!",
    "ВЕРНИТЕ ДЕНЬГИ СЕЙЧАС",
    "где заказ",
    "спасибо",
    "this is ridiculous!!",
)
CUSTOMERS = ["c", *"abcdefgh", *["often"] * 4]


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[tuple[DialogStore, DialogStore]]:
    counted, indexed = MemoryStore(), JsonStore(tmp_path)
    await indexed.open()
    yield counted, indexed
    await indexed.close()


def wanting(customer: str, since: datetime, *lines: str) -> Dialog:
    dialog = new_dialog(customer, since)
    for line in lines:
        answered(dialog, line, "Сейчас.", "supervisor", since)
    dialog.escalation = Escalation(since=since, reason="refund", by="supervisor")
    return dialog


def some_dialog(luck: random.Random) -> Dialog:
    """Many are alike, some wait for nobody, some since later than now, some were last heard of long ago."""
    age = luck.choice([0, 1, 1, 600, 601, 3600, 86_400 * 29, 86_400 * 30, 86_400 * 31, -30])
    since = NOON - timedelta(seconds=age)
    dialog = wanting(luck.choice(CUSTOMERS), since, *luck.choices(LINES, k=luck.randint(0, 3)))
    match luck.randint(0, 9):
        case 0:
            dialog.take_over("anna", "", since)
            dialog.say("anna", "Здравствуйте", since)
        case 1:
            dialog.close(closing(since))
        case 2:
            dialog.escalation = None
        case 3:
            dialog.take_over("anna", "", since)
            dialog.hand_back(HandbackNote(by="anna", text="-", at=since))
    return dialog


async def pages(store: DialogStore, moment: datetime, limit: int) -> list[Urgency]:
    found: list[Urgency] = []
    after: QueuePlace | None = None
    while page := await store.waiting.page(moment, limit, after):
        found += page
        after = page[-1].place(moment)
    return found


async def brought_up(store: DialogStore, now: datetime) -> None:
    while await store.waiting.recount(now, 3):
        pass


@pytest.mark.parametrize("seed", range(3))
async def test_any_dialogs_are_queued_as_counting_them_all_would(
    stores: tuple[DialogStore, DialogStore], seed: int
) -> None:
    luck = random.Random(seed)
    dialogs = [some_dialog(luck) for _ in range(50)]
    for store in stores:
        await kept(store, *dialogs)
        await store.waiting.weigh({"a": 320, "c": 5, "often": 1000}, NOON)
    for dialog in luck.sample(dialogs, 20):
        change = luck.choice(["say", "delete", "close"])
        for store in stores:
            if change == "delete":
                await store.delete(dialog.dialog_id)
                continue
            again = await store.read(dialog.dialog_id)
            if again.status == "active" and change == "say":
                again.receive("ну где же мой заказ", at(5))
            elif again.status == "active":
                again.close(closing(at(5)))
            await kept(store, again)
    counted, indexed = stores
    for moment in (at(6), at(1000), NOON + timedelta(days=1, seconds=1), NOON + timedelta(days=40)):
        await brought_up(indexed, moment)
        expected = await pages(counted, moment, 1000)
        for limit in (1, 7, 1000):
            assert await pages(indexed, moment, limit) == expected
        assert await indexed.waiting.count_free() == await counted.waiting.count_free()
        assert await indexed.waiting.count() == await counted.waiting.count() == len(expected)
        listed = names(*dialogs)
        assert sorted(map(str, await indexed.waiting.among(listed, moment))) == sorted(
            map(str, await counted.waiting.among(listed, moment))
        )


async def test_one_customer_with_very_many_dialogs_is_counted_like_any_other(
    stores: tuple[DialogStore, DialogStore],
) -> None:
    dialogs = [wanting("c", at(n)) for n in range(40)]
    for store in stores:
        await kept(store, *dialogs)
    for moment in (at(100), at(20) + timedelta(days=30), at(37) + timedelta(days=30)):
        counted, indexed = stores
        await brought_up(indexed, moment)
        assert await pages(indexed, moment, 9) == await pages(counted, moment, 9)


async def test_customers_are_weighed_once_until_they_speak_again_or_time_has_gone(store: DialogStore) -> None:
    first, second = wanting("a", at(0)), wanting("b", at(1))
    await kept(store, first, second)
    assert sorted(await store.waiting.to_weigh(at(-9000), 9)) == ["a", "b"]
    await store.waiting.weigh({"a": 7, "b": 9}, at(2))
    assert await store.waiting.to_weigh(at(-9000), 9) == []
    assert sorted(await store.waiting.to_weigh(at(3), 9)) == ["a", "b"]
    first.receive("ау", at(4))
    await kept(store, first)
    assert await store.waiting.to_weigh(at(-9000), 9) == ["a"]
    assert [u.standing for u in await store.waiting.page(at(5), 9)] == [7, 9]


async def test_a_queue_is_the_same_after_a_restart_and_without_its_index(tmp_path: Path) -> None:
    luck = random.Random(1)
    store, counted = JsonStore(tmp_path), MemoryStore()
    dialogs = [some_dialog(luck) for _ in range(30)]
    await kept(store, *dialogs)
    await kept(counted, *dialogs)
    await store.close()
    for index in (tmp_path / ".index").glob("*.sqlite3*"):
        index.unlink()
    again = JsonStore(tmp_path)
    await brought_up(again, at(6))
    assert await pages(again, at(6), 4) == await pages(counted, at(6), 4)
    await again.close()


async def test_those_whom_a_person_serves_are_not_ahead_of_anybody(
    stores: tuple[DialogStore, DialogStore],
) -> None:
    free, held = wanting("a", NOON, "где заказ"), wanting("b", NOON, "где заказ")
    held.take_over("anna", "", NOON)
    for store in stores:
        await kept(store, free, held)
        assert (await store.waiting.count(), await store.waiting.count_free()) == (2, 1)
