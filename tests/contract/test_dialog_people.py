"""What every dialog store promises about dialogs that people hold or that want a person."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

import pytest

from app.adapters.storage.index_rows import VERSION
from app.adapters.storage.json_store import JsonStore
from app.core.dialog import Dialog, HandbackNote, Rating
from app.core.escalation import Escalation
from app.core.ports import DialogQuery, DialogStore
from tests.contract.samples import NOON, answered, at, closing, ids, kept, names, new_dialog

pytestmark = pytest.mark.anyio


def escalated(when: datetime = NOON) -> Dialog:
    dialog = new_dialog(when=when)
    dialog.escalation = Escalation(since=when, reason="angry", by="supervisor")
    return dialog


def held(when: datetime = NOON) -> Dialog:
    dialog = new_dialog(when=when)
    dialog.take_over("anna", "", when)
    return dialog


async def test_what_people_did_comes_back_as_it_was_written(store: DialogStore) -> None:
    dialog = held()
    dialog.say("anna", "Здравствуйте", at(1))
    dialog.hand_back(HandbackNote(by="anna", text="вернула деньги", at=at(2)), "sales")
    dialog.rating = Rating(score=4, comment="ок", at=at(3))
    dialog.take_over("boris", "again", at(4))
    await kept(store, dialog)
    read = await store.read(dialog.dialog_id)
    assert read == dialog
    assert (read.operator, read.notes[0].text, read.messages[0].by) == ("boris", "вернула деньги", "anna")


async def test_those_who_want_or_have_a_person_are_found(store: DialogStore) -> None:
    plain, wanting, having = new_dialog(when=at(0)), escalated(at(1)), held(at(2))
    await kept(store, plain, wanting, having)
    assert await ids(store, DialogQuery(escalated=True)) == names(having, wanting)
    assert await ids(store, DialogQuery(escalated=False)) == names(plain)
    assert await ids(store, DialogQuery()) == names(having, wanting, plain)
    assert await ids(store, DialogQuery(escalated=True, limit=1)) == names(having)


async def test_a_closed_dialog_wants_nobody(store: DialogStore) -> None:
    dialogs = [escalated(), held()]
    for dialog in dialogs:
        dialog.close(closing(at(1)))
    await kept(store, *dialogs)
    assert await ids(store, DialogQuery(escalated=True)) == []


async def test_a_dialog_that_is_handed_back_leaves_the_queue(store: DialogStore) -> None:
    dialog = held()
    await kept(store, dialog)
    dialog.hand_back(HandbackNote(by="anna", text="done", at=at(1)))
    await kept(store, dialog)
    assert await ids(store, DialogQuery(escalated=True)) == []
    assert await ids(store, DialogQuery(escalated=False)) == names(dialog)


async def test_a_row_tells_who_serves(store: DialogStore) -> None:
    having, wanting, plain = held(at(2)), escalated(at(1)), new_dialog()
    await kept(store, having, wanting, plain)
    rows = (await store.find(DialogQuery())).rows
    assert [(r.handler, r.escalated) for r in rows] == [("person", True), ("bot", True), ("bot", False)]


async def test_pages_of_escalated_dialogs_hold_each_once(store: DialogStore) -> None:
    dialogs = [held(at(n // 3)) for n in range(7)]
    await kept(store, *dialogs, *(new_dialog(when=at(n)) for n in range(4)))
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await store.find(DialogQuery(limit=3, cursor=cursor, escalated=True))
        seen += [row.dialog_id for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == sorted(names(*dialogs))


async def test_a_document_from_before_people_still_loads(store: DialogStore) -> None:
    dialog = new_dialog()
    answered(dialog, "вопрос", "ответ")
    new = {"operator", "notes", "escalation", "rating"}
    old = dialog.model_dump(mode="json", by_alias=True, exclude=new)
    for message in old["messages"]:
        del message["by"]
    assert Dialog.model_validate(old) == dialog
    await kept(store, Dialog.model_validate(old))
    assert await store.read(dialog.dialog_id) == dialog


async def test_an_index_of_an_older_version_is_built_again_from_the_files(tmp_path: Path) -> None:
    store = JsonStore(tmp_path)
    await store.open()
    dialog = held()
    await kept(store, dialog)
    await store.close()
    [index] = (tmp_path / ".index").glob("*.sqlite3")
    with sqlite3.connect(index) as connection:
        connection.execute("ALTER TABLE dialogs DROP COLUMN handler")
        connection.execute(f"PRAGMA user_version = {VERSION - 1}")
    connection.close()
    again = JsonStore(tmp_path)
    await again.open()
    assert await ids(again, DialogQuery(escalated=True)) == names(dialog)
    await again.close()
