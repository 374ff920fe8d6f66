"""What every dialog store promises."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import anyio
import pytest

from app.core.dialog import RequestRecord
from app.core.exceptions import DialogNotFound
from app.core.ports import DialogQuery, DialogStore
from tests.contract.samples import NOON, answered, at, closing, ids, kept, names, new_dialog

pytestmark = pytest.mark.anyio

ODD_TEXTS = [
    "  leading and trailing \n\t spaces  ",
    "\u202eпрозрачность\u202c и обратно",
    "ноль\u200bширины\u200d\ufeff",
    "👩‍👩‍👧‍👦 🇷🇺 e\u0301 é",
    "tag \U000e0041\U000e0042 characters",
    "quotes \" ' \\ / </script> \u2028 \u2029",
    "слово " * 5000,
]
FOREIGN_IDS = [
    "",
    "..",
    "../secret",
    ".secret",
    "C:\\dialogs\\x",
    "%2e%2e%2f",
    "a" * 100_000,
    "00000000-0000-0000-0000-000000000000",
    "6BA7B810-9DAD-41D1-80B4-00C04FD430C8",
    "{6ba7b810-9dad-41d1-80b4-00c04fd430c8}",
    "6ba7b8109dad41d180b400c04fd430c8",
    "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    "6ba7b810-9dad-41d1-80b4-00c04fd430c8\n",
]


async def test_a_dialog_comes_back_as_it_was_written(store: DialogStore) -> None:
    dialog = new_dialog()
    answered(dialog, "Сколько стоит?", "Десять.")
    dialog.receive("Дорого", at(1))
    dialog.requests["key"] = RequestRecord(
        operation="message", body="digest", at=NOON, seq=1, response={"a": [1]}
    )
    dialog.close(closing(at(2)))
    await kept(store, dialog)
    assert await store.read(dialog.dialog_id) == dialog


@pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
async def test_odd_texts_are_kept_exactly(store: DialogStore, text: str) -> None:
    dialog = new_dialog()
    dialog.receive(text, NOON)
    await kept(store, dialog)
    assert (await store.read(dialog.dialog_id)).messages[0].content == text


async def test_times_stay_aware_and_exact(store: DialogStore) -> None:
    dialog = new_dialog(when=datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC))
    await kept(store, dialog)
    row = (await store.find(DialogQuery())).rows[0]
    read = await store.read(dialog.dialog_id)
    assert (row.created_at, row.updated_at) == (dialog.created_at, dialog.updated_at)
    assert row.updated_at.tzinfo is not None
    assert read.created_at.utcoffset() == dialog.created_at.utcoffset()


async def test_messages_keep_their_order_when_the_clock_jumps_back(store: DialogStore) -> None:
    dialog = new_dialog()
    for number in range(5):
        dialog.receive(f"line {number}", at(-number))
    await kept(store, dialog)
    assert [m.seq for m in (await store.read(dialog.dialog_id)).messages] == [1, 2, 3, 4, 5]


async def test_a_read_copy_can_be_changed_without_changing_the_store(store: DialogStore) -> None:
    dialog = new_dialog()
    await kept(store, dialog)
    (await store.read(dialog.dialog_id)).receive("not written", NOON)
    dialog.receive("not written either", NOON)
    assert (await store.read(dialog.dialog_id)).messages == []


async def test_an_unknown_dialog_is_not_found(store: DialogStore) -> None:
    unknown = str(uuid4())
    with pytest.raises(DialogNotFound):
        await store.read(unknown)
    with pytest.raises(DialogNotFound):
        await store.delete(unknown)
    assert not await store.is_locked(unknown)


@pytest.mark.parametrize("foreign", FOREIGN_IDS, ids=range(len(FOREIGN_IDS)))
async def test_an_id_that_is_not_ours_is_not_found(store: DialogStore, foreign: str) -> None:
    with pytest.raises(DialogNotFound):
        await store.read(foreign)
    with pytest.raises(DialogNotFound):
        await store.delete(foreign)
    with pytest.raises(DialogNotFound):
        async with store.lock(foreign):
            pytest.fail("locked")
    with pytest.raises(DialogNotFound):
        await store.write(new_dialog().model_copy(update={"dialog_id": foreign}))
    assert not await store.is_locked(foreign)


async def test_unfinished_names_dialogs_with_a_pending_turn(store: DialogStore) -> None:
    waiting, served, given_up = (new_dialog() for _ in range(3))
    asked = waiting.receive("ау", NOON)
    answered(served, "вопрос", "ответ")
    given_up.receive("ау", NOON)
    given_up.give_up_pending(NOON)
    await kept(store, waiting, served, given_up)
    assert await store.unfinished() == names(waiting)
    asked.state = "done"
    await kept(store, waiting)
    assert await store.unfinished() == []


async def test_idle_names_active_dialogs_without_a_change_since(store: DialogStore) -> None:
    oldest, older, closed, fresh = (new_dialog(when=at(n)) for n in range(4))
    closed.close(closing(at(2)))
    await kept(store, fresh, closed, older, oldest)
    assert await store.idle_since(at(3), 9) == names(oldest, older)


async def test_a_deleted_dialog_is_gone_from_everywhere(store: DialogStore) -> None:
    dialog, other = new_dialog(), new_dialog()
    dialog.receive("тайное слово", NOON)
    await kept(store, dialog, other)
    async with store.lock(dialog.dialog_id):
        await store.delete(dialog.dialog_id)
    with pytest.raises(DialogNotFound):
        await store.read(dialog.dialog_id)
    assert await ids(store, DialogQuery()) == names(other)
    assert await ids(store, DialogQuery(text="тайное")) == []
    assert await store.unfinished() == []
    assert await store.idle_since(at(9), 9) == names(other)
    assert not await store.is_locked(dialog.dialog_id)


async def test_a_lock_excludes_others_and_is_first_come_first_served(store: DialogStore) -> None:
    dialog_id = str(uuid4())
    order: list[int] = []

    async def enter(number: int, waiting: anyio.Event) -> None:
        waiting.set()
        async with store.lock(dialog_id):
            order.append(number)
            assert await store.is_locked(dialog_id)
            await anyio.lowlevel.checkpoint()
            order.append(number)

    async with anyio.create_task_group() as group, store.lock(dialog_id):
        for number in range(5):
            waiting = anyio.Event()
            group.start_soon(enter, number, waiting)
            await waiting.wait()
        assert order == []
    assert order == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert not await store.is_locked(dialog_id)


async def test_dialogs_do_not_lock_each_other(store: DialogStore) -> None:
    first, second = str(uuid4()), str(uuid4())
    async with store.lock(first), store.lock(second):
        assert await store.is_locked(first)
    assert not await store.is_locked(first)


async def test_a_lock_is_let_go_when_its_holder_fails_or_its_waiter_is_cancelled(store: DialogStore) -> None:
    dialog_id = str(uuid4())
    with pytest.raises(ZeroDivisionError):
        async with store.lock(dialog_id):
            raise ZeroDivisionError
    async with anyio.create_task_group() as group, store.lock(dialog_id):
        group.start_soon(store.lock(dialog_id).__aenter__)
        await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()
    assert not await store.is_locked(dialog_id)
    with anyio.fail_after(10):
        async with store.lock(dialog_id):
            assert await store.is_locked(dialog_id)


async def test_a_cancelled_write_is_whole_or_not_there(store: DialogStore) -> None:
    dialog = new_dialog()
    await kept(store, dialog)
    for number in range(10):
        with anyio.CancelScope() as scope:
            async with store.lock(dialog.dialog_id):
                dialog.receive(f"line {number}", NOON)
                scope.cancel()
                await store.write(dialog)
        read = await store.read(dialog.dialog_id)
        assert read.messages == dialog.messages[: len(read.messages)]
        assert not await store.is_locked(dialog.dialog_id)
        dialog = read


async def test_sixteen_writers_of_one_dialog_lose_nothing(store: DialogStore) -> None:
    dialog = new_dialog()
    await kept(store, dialog)

    async def append(writer: int) -> None:
        for number in range(4):
            async with store.lock(dialog.dialog_id):
                current = await store.read(dialog.dialog_id)
                current.receive(f"{writer}/{number}", NOON)
                await store.write(current)

    async with anyio.create_task_group() as group:
        for writer in range(16):
            group.start_soon(append, writer)
    messages = (await store.read(dialog.dialog_id)).messages
    assert [m.seq for m in messages] == list(range(1, 65))
    assert sorted(m.content for m in messages) == sorted(f"{w}/{n}" for w in range(16) for n in range(4))
    assert (await store.find(DialogQuery())).rows[0].message_count == 64


async def test_the_secret_is_32_bytes_and_stays(store: DialogStore) -> None:
    first = await store.secret()
    assert len(first) == 32
    assert await store.secret() == first


async def test_a_working_store_is_healthy(store: DialogStore) -> None:
    health = await store.health()
    assert (health.writable, health.quarantined) == (True, [])
