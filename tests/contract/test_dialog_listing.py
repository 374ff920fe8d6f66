"""What every dialog store promises about lists, searches and cursors."""

from __future__ import annotations

import base64
import json
from uuid import uuid4

import pytest

from app.core.exceptions import CursorInvalid
from app.core.ports import DialogQuery, DialogStore
from tests.contract.samples import NOON, answered, at, closing, ids, kept, names, new_dialog

pytestmark = pytest.mark.anyio


async def test_the_list_shows_the_latest_change_first(store: DialogStore) -> None:
    old, new, changed = (new_dialog(when=at(n)) for n in range(3))
    await kept(store, changed, old, new)
    old.receive("again", at(60))
    await kept(store, old)
    assert await ids(store, DialogQuery()) == names(old, changed, new)


async def test_a_row_tells_what_a_list_needs(store: DialogStore) -> None:
    dialog = new_dialog("customer-9")
    answered(dialog, "Здравствуйте", "Добрый день. " * 100, "supervisor", at(5))
    await kept(store, dialog)
    row = (await store.find(DialogQuery())).rows[0]
    assert (row.dialog_id, row.customer_id, row.status) == (dialog.dialog_id, "customer-9", "active")
    assert (row.assigned_agent, row.message_count) == ("supervisor", 2)
    assert (row.created_at, row.updated_at) == (NOON, at(5))
    assert row.last_message == ("Добрый день. " * 100)[:200]
    assert row.subject == "Здравствуйте"
    answered(dialog, "Вопрос. " * 100, "ответ", "sales", at(6))
    other = new_dialog("customer-8")
    other.receive("Долго. " * 100, at(7))
    await kept(store, dialog, other)
    subjects = [row.subject for row in (await store.find(DialogQuery())).rows]
    assert subjects == [("Долго. " * 100)[:200], "Здравствуйте"]


async def test_an_empty_store_has_one_empty_page(store: DialogStore) -> None:
    page = await store.find(DialogQuery())
    assert (page.rows, page.next_cursor) == ([], None)


async def test_filters_narrow_the_list_together(store: DialogStore) -> None:
    dialogs = [new_dialog(f"customer-{n % 2}", at(n)) for n in range(4)]
    for number, dialog in enumerate(dialogs):
        answered(dialog, "вопрос", "ответ", "sales" if number < 2 else "supervisor", at(number))
    dialogs[0].close(closing(at(0)))
    await kept(store, *dialogs)
    assert await ids(store, DialogQuery(status="closed")) == names(dialogs[0])
    assert await ids(store, DialogQuery(agent="sales")) == names(dialogs[1], dialogs[0])
    assert await ids(store, DialogQuery(customer_id="customer-1")) == names(dialogs[3], dialogs[1])
    assert await ids(store, DialogQuery(agent="sales", status="active", customer_id="customer-1")) == names(
        dialogs[1]
    )
    assert await ids(store, DialogQuery(agent="nobody")) == []


@pytest.mark.parametrize(
    "wanted",
    [
        "синхронизац",
        "ХРОНИЗАЦИЯ",
        "не   работает",
        "не\u200b работает",
        'код "E-50%_7"',
        "😀",
        "50",
        "ё",
        "*",
        "e",
    ],
)
async def test_search_finds_parts_of_any_line_whatever_their_case(store: DialogStore, wanted: str) -> None:
    dialog, other = new_dialog(), new_dialog("кто-то").model_copy(update={"messages": []})
    dialog.receive("Здравствуйте", NOON)
    answered(dialog, 'Синхронизация НЕ работает, код "E-50%_7" * 😀 Ё e\u0301', "Перезапустите.")
    other.dialog_id = "11111111-1111-4111-8111-111111111111"
    await kept(store, dialog, other)
    assert await ids(store, DialogQuery(text=wanted)) == names(dialog)


@pytest.mark.parametrize("wanted", ["работает здравствуйте", "xyz", "ъъ", "Ы", "%", "AND", '"', "') --"])
async def test_search_finds_nothing_where_nothing_is(store: DialogStore, wanted: str) -> None:
    dialog = new_dialog()
    for line in ("не работает", "здравствуйте"):
        dialog.receive(line, NOON)
    await kept(store, dialog)
    assert await ids(store, DialogQuery(text=wanted)) == []


async def test_search_finds_ids_and_follows_changes(store: DialogStore) -> None:
    dialog = new_dialog("Customer-77")
    await kept(store, dialog)
    assert await ids(store, DialogQuery(text=dialog.dialog_id[-12:].upper())) == names(dialog)
    assert await ids(store, DialogQuery(text="customer-77")) == names(dialog)
    dialog.receive("появилось позже", NOON)
    await kept(store, dialog)
    assert await ids(store, DialogQuery(text="позже", status="active")) == names(dialog)
    assert await ids(store, DialogQuery(text="позже", status="closed")) == []


async def test_a_blank_search_finds_everything(store: DialogStore) -> None:
    dialog = new_dialog()
    await kept(store, dialog)
    assert await ids(store, DialogQuery(text=" \u200b ")) == names(dialog)


async def test_cursors_walk_the_whole_list_once_even_where_times_are_equal(store: DialogStore) -> None:
    dialogs = [new_dialog(when=at(n // 4)) for n in range(10)]
    await kept(store, *dialogs)
    seen: list[str] = []
    cursor: str | None = None
    for size in (3, 3, 3, 1):
        page = await store.find(DialogQuery(limit=3, cursor=cursor))
        assert len(page.rows) == size
        seen += [row.dialog_id for row in page.rows]
        cursor = page.next_cursor
    assert cursor is None
    assert seen == names(*sorted(dialogs, key=lambda d: (d.updated_at, d.dialog_id), reverse=True))


async def test_the_last_full_page_has_no_next_cursor(store: DialogStore) -> None:
    await kept(store, *(new_dialog() for _ in range(2)))
    assert (await store.find(DialogQuery(limit=2))).next_cursor is None


async def test_a_dialog_that_arrives_meanwhile_does_not_shift_the_next_page(store: DialogStore) -> None:
    dialogs = [new_dialog(when=at(n)) for n in range(4)]
    await kept(store, *dialogs)
    page = await store.find(DialogQuery(limit=2))
    await kept(store, new_dialog(when=at(99)))
    assert await ids(store, DialogQuery(limit=2, cursor=page.next_cursor)) == names(dialogs[1], dialogs[0])


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


FOREIGN_CURSORS = [
    *["", "x", "ы", "%%%", "[" * 3000, "A" * 9],
    *map(
        packed, [None, 1, [1], [1, "../x"], ["1", str(uuid4())], [10**40, str(uuid4())], [1, str(uuid4()), 2]]
    ),
]


@pytest.mark.parametrize("cursor", FOREIGN_CURSORS, ids=range(len(FOREIGN_CURSORS)))
async def test_a_cursor_that_was_not_issued_is_refused(store: DialogStore, cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        await store.find(DialogQuery(cursor=cursor))


@pytest.mark.parametrize("said", ["Заказ пришёл", "ЗАКАЗ ПРИШЕЛ", "заказ прише\u0308л", "Ещё не пришел"])
@pytest.mark.parametrize("asked", ["пришел", "пришёл", "ПРИШЁЛ", "прише\u0308л"])
async def test_e_and_yo_are_one_letter_to_a_search(store: DialogStore, said: str, asked: str) -> None:
    dialog = new_dialog()
    dialog.receive(said, NOON)
    await kept(store, dialog, new_dialog())
    assert await ids(store, DialogQuery(text=asked)) == names(dialog)
    for short in ("ёл", "ел"):
        assert await ids(store, DialogQuery(text=short)) == names(dialog)
    assert (await store.read(dialog.dialog_id)).messages[0].content == said
