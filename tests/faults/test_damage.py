"""Damaged dialog files and damaged indexes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.adapters.storage import index_rows
from app.adapters.storage.dialog_files import DialogFiles, Files
from app.adapters.storage.healing import Healer
from app.adapters.storage.index import DialogIndex
from app.adapters.storage.json_store import JsonStore
from app.adapters.storage.locks import Locks
from app.core.dialog import Dialog
from app.core.exceptions import DialogNotFound, DialogQuarantined, StorageUnavailable
from app.core.ports import DialogQuery
from tests.contract.samples import NOON, new_dialog

CANARY = "ქწერტყუიოპ"  # letters that nothing else here has
pytestmark = pytest.mark.anyio

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[: len(data) // 2],
    "empty": lambda _: b"",
    "foreign bytes": lambda _: bytes(range(256)),
    "zeros": lambda data: bytes(len(data)),
    "other JSON": lambda _: b'{"hello": [1, 2]}',
    "another dialog": lambda _: new_dialog().model_dump_json().encode(),
    "too deep": lambda _: b"[" * 100_000,
}


async def stored(root: Path, count: int = 2) -> list[Dialog]:
    store = JsonStore(root)
    dialogs = [new_dialog() for _ in range(count)]
    for dialog in dialogs:
        dialog.receive("слово", NOON)
        await store.write(dialog)
    await store.close()
    return dialogs


def index_files(root: Path) -> list[Path]:
    return sorted(root.glob(".index/*"))


def spoil(path: Path, damage: Callable[[bytes], bytes]) -> bytes:
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)
    return damaged


async def found(store: JsonStore, text: str | None = None) -> set[str]:
    return {row.dialog_id for row in (await store.find(DialogQuery(text=text))).rows}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
@pytest.mark.parametrize("opened_first", [True, False])
async def test_a_damaged_file_is_set_aside_and_all_others_serve(
    tmp_path: Path, damage: Callable[[bytes], bytes], opened_first: bool
) -> None:
    broken, sound = await stored(tmp_path)
    store = JsonStore(tmp_path)
    if opened_first:
        await store.open()
    damaged = spoil(tmp_path / f"{broken.dialog_id}.json", damage)
    await store.open()
    for _ in range(2):
        with pytest.raises(DialogQuarantined):
            await store.read(broken.dialog_id)
    health = await store.health()
    assert (health.writable, health.quarantined) == (True, [broken.dialog_id])
    assert (tmp_path / ".quarantine" / f"{broken.dialog_id}.json").read_bytes() == damaged
    assert await store.read(sound.dialog_id) == sound
    await store.close()
    store = JsonStore(tmp_path)
    assert await found(store) == {sound.dialog_id}
    await store.close()


async def test_deleting_a_dialog_takes_its_quarantined_copy_too(tmp_path: Path) -> None:
    [broken] = await stored(tmp_path, 1)
    spoil(tmp_path / f"{broken.dialog_id}.json", DAMAGES["cut"])
    store = JsonStore(tmp_path)
    await store.open()
    await store.delete(broken.dialog_id)
    assert (await store.health()).quarantined == []
    with pytest.raises(DialogNotFound):
        await store.read(broken.dialog_id)
    await store.close()


async def test_files_that_are_no_dialogs_are_left_alone(tmp_path: Path) -> None:
    await stored(tmp_path)
    for name in ("notes.json", "README.md", "UPPER.JSON"):
        (tmp_path / name).write_text("mine")
    store = JsonStore(tmp_path)
    assert len(await found(store)) == 2
    assert (tmp_path / "notes.json").read_text() == "mine"
    assert (await store.health()).quarantined == []
    await store.close()


async def test_a_crash_between_the_file_and_its_row_is_healed_at_open(tmp_path: Path) -> None:
    changed, deleted = await stored(tmp_path)
    arrived, files = new_dialog(), DialogFiles(tmp_path, Files())
    changed.receive("после падения", NOON)
    files.store(changed)
    files.store(arrived)
    files.remove(deleted.dialog_id)
    store = JsonStore(tmp_path)
    await store.open()
    assert await found(store) == {changed.dialog_id, arrived.dialog_id}
    assert await found(store, "падения") == {changed.dialog_id}
    assert await store.unfinished() == [changed.dialog_id]
    await store.close()


async def test_a_lost_index_is_built_again_while_the_store_runs(tmp_path: Path) -> None:
    dialogs = await stored(tmp_path)
    store = JsonStore(tmp_path)
    assert len(await found(store)) == 2
    shutil.rmtree(tmp_path / ".index")
    late = new_dialog()
    await store.write(late)
    assert await found(store) == {late.dialog_id, *(d.dialog_id for d in dialogs)}
    await store.close()


@pytest.mark.parametrize("damage", [DAMAGES["foreign bytes"], DAMAGES["zeros"], DAMAGES["cut"]])
async def test_a_corrupt_index_is_thrown_away_and_built_again_at_open(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    dialogs = await stored(tmp_path)
    [index] = index_files(tmp_path)
    spoil(index, damage)
    store = JsonStore(tmp_path)
    await store.open()
    assert await found(store, "слово") == {d.dialog_id for d in dialogs}
    assert index not in index_files(tmp_path)
    await store.close()


async def test_an_index_that_breaks_while_the_store_runs_never_fails_a_write(tmp_path: Path) -> None:
    dialogs = await stored(tmp_path, 30)
    store, other = JsonStore(tmp_path), JsonStore(tmp_path)
    assert len((await other.find(DialogQuery(limit=50))).rows) == 30
    await store.open()
    for path in index_files(tmp_path):
        if path.suffix == ".sqlite3":
            spoil(path, lambda data: data[:100] + b"\xff" * (len(data) - 100))
    for number, dialog in enumerate(dialogs):
        dialog.receive(f"строка {number}", NOON)
        await store.write(dialog)
    for one in (store, other):
        rows = (await one.find(DialogQuery(limit=50, text="строка"))).rows
        assert {row.dialog_id for row in rows} == {d.dialog_id for d in dialogs}
        await one.close()


async def test_an_index_of_another_version_is_built_again(tmp_path: Path) -> None:
    await stored(tmp_path)
    [index] = index_files(tmp_path)
    spoil(index, lambda data: data[:60] + (99).to_bytes(4, "big") + data[64:])
    store = JsonStore(tmp_path)
    assert len(await found(store)) == 2
    assert index not in index_files(tmp_path)
    await store.close()


async def test_a_secret_that_was_cut_is_a_fault_and_not_replaced_in_silence(tmp_path: Path) -> None:
    store = JsonStore(tmp_path)
    await store.secret()
    spoil(tmp_path / ".secret", DAMAGES["cut"])
    with pytest.raises(StorageUnavailable):
        await store.secret()
    await store.close()


async def test_the_words_of_a_deleted_dialog_lie_in_no_file_of_the_folder(tmp_path: Path) -> None:
    store, dialog, other = JsonStore(tmp_path), new_dialog(), new_dialog()
    for text in (CANARY, f"ещё раз {CANARY}"):
        dialog.receive(text, NOON)
        await store.write(dialog)
    await store.write(other)
    assert files_with(CANARY, tmp_path)
    assert trigrams_in(tmp_path)
    await store.delete(dialog.dialog_id)
    assert files_with(CANARY, tmp_path) == []
    assert trigrams_in(tmp_path) == []
    assert files_with(dialog.dialog_id, tmp_path) == []
    await store.close()


@pytest.mark.parametrize("row", ["left", "removed"])
async def test_words_of_a_deletion_that_was_cut_go_with_the_next_start(tmp_path: Path, row: str) -> None:
    store, dialog, other = JsonStore(tmp_path), new_dialog(), new_dialog()
    dialog.receive(CANARY, NOON)
    for each in (dialog, other):
        await store.write(each)
    await store.close()
    DialogFiles(tmp_path, Files()).remove(dialog.dialog_id)
    if row == "removed":
        index = DialogIndex(tmp_path / ".index", Locks(tmp_path / ".locks"))
        with index.writing() as connection:
            index_rows.remove(connection, dialog.dialog_id)
        index.close()
    assert trigrams_in(tmp_path)
    store = JsonStore(tmp_path)
    await store.open()
    await store.close()
    assert trigrams_in(tmp_path) == []


async def test_a_failing_commit_leaves_the_index_usable(tmp_path: Path) -> None:
    """A deferred constraint fails at COMMIT and not before, and the transaction stays open."""
    index = DialogIndex(tmp_path / ".index", Locks(tmp_path / ".locks"))
    with index.writing() as connection:
        connection.execute("COMMIT")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE a (b REFERENCES a DEFERRABLE INITIALLY DEFERRED, c PRIMARY KEY)")
    with pytest.raises(StorageUnavailable), index.writing() as connection:
        connection.execute("INSERT INTO a VALUES (1, 2)")
    with index.writing() as connection:
        assert connection.execute("SELECT * FROM a").fetchall() == []
    index.close()


async def test_a_dialog_that_could_not_be_read_is_looked_at_again(tmp_path: Path) -> None:
    [dialog] = await stored(tmp_path, 1)
    flaky = Flaky(tmp_path, Files())
    index = DialogIndex(tmp_path / ".index", Locks(tmp_path / ".locks"))
    healer = Healer(flaky, index)
    dialog.receive("после сбоя", NOON)
    flaky.store(dialog)
    healer.heal()
    flaky.broken = False
    healer.heal()
    with index.reading() as connection:
        [row] = index_rows.find(connection, DialogQuery()).rows
    assert row.message_count == 2
    index.close()


class Flaky(DialogFiles):
    broken = True

    def load(self, dialog_id: str) -> Dialog:
        if self.broken:
            raise StorageUnavailable
        return super().load(dialog_id)


def trigrams_in(root: Path) -> list[str]:
    """Tails of those of the canary: of words that begin alike the index keeps the beginning once."""
    tails = [CANARY[at + 1 : at + 3] for at in range(len(CANARY) - 2)]
    return [tail for tail in tails if files_with(tail, root / ".index")]


def files_with(text: str, root: Path) -> list[str]:
    return [path.name for path in root.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]
