"""Disks that are full, read-only, missing or slow to come back."""

from __future__ import annotations

from functools import partial
from itertools import count
from pathlib import Path

import pytest

from app.adapters.storage.dialog_files import Files
from app.adapters.storage.json_store import FRESH, JsonStore
from app.core.dialog import Dialog
from app.core.exceptions import StorageFull, StorageUnavailable
from app.core.ports import DialogQuery
from tests.contract.samples import NOON, new_dialog
from tests.faults.disk import BROKEN, FULL, QUOTA, READ_ONLY, FailingCalls, RecordingCalls, largest_file

pytestmark = pytest.mark.anyio


def temporaries(root: Path) -> list[Path]:
    return list(root.glob("*.tmp"))


async def stored(root: Path) -> Dialog:
    """A dialog with one line, written to a disk that works."""
    store, dialog = JsonStore(root), new_dialog()
    dialog.receive("the old document", NOON)
    await store.write(dialog)
    await store.close()
    return dialog


async def test_a_write_is_temp_write_sync_rename_and_sync_of_the_folder_in_this_order(tmp_path: Path) -> None:
    calls, dialog = RecordingCalls(), new_dialog()
    store = JsonStore(tmp_path, Files(calls))
    await store.write(dialog)
    await store.close()
    steps = [step for step, _ in calls.done]
    temporary, final = calls.done[0][1], f"{dialog.dialog_id}.json"
    assert steps == ["create", "write", "write", "sync", "rename", "sync_folder"]
    assert {name for step, name in calls.done if step in ("write", "sync")} == {temporary}
    assert calls.done[-2:] == [("rename", f"{temporary} -> {final}"), ("sync_folder", tmp_path.name)]
    assert temporary.startswith(f".{dialog.dialog_id}.")


async def test_a_deletion_is_durable_too(tmp_path: Path) -> None:
    dialog, calls = await stored(tmp_path), RecordingCalls()
    store = JsonStore(tmp_path, Files(calls))
    await store.delete(dialog.dialog_id)
    await store.close()
    assert calls.done == [("remove", f"{dialog.dialog_id}.json"), ("sync_folder", tmp_path.name)]


@pytest.mark.parametrize("step", ["create", "write", "sync", "rename"])
@pytest.mark.parametrize(
    ("error", "situation"),
    [
        (FULL, StorageFull),
        (QUOTA, StorageFull),
        (READ_ONLY, StorageUnavailable),
        (BROKEN, StorageUnavailable),
    ],
)
async def test_a_failing_disk_leaves_the_old_document_and_heals_by_itself(
    tmp_path: Path, step: str, error: int, situation: type[StorageUnavailable]
) -> None:
    dialog, calls = await stored(tmp_path), FailingCalls(step, error)
    store = JsonStore(tmp_path, Files(calls))
    await store.open()
    longer = dialog.model_copy(deep=True)
    longer.receive("the new document", NOON)
    with pytest.raises(StorageUnavailable) as raised:
        await store.write(longer)
    assert type(raised.value) is situation
    assert await store.read(dialog.dialog_id) == dialog
    assert (await store.find(DialogQuery())).rows[0].message_count == 1
    assert temporaries(tmp_path) == []
    calls.error = None
    await store.write(longer)
    assert await store.read(dialog.dialog_id) == longer
    assert (await store.find(DialogQuery())).rows[0].message_count == 2
    await store.close()


async def test_health_really_writes_and_turns_with_the_disk_every_two_seconds(tmp_path: Path) -> None:
    calls, now = FailingCalls("sync", READ_ONLY), 10.0
    store = JsonStore(tmp_path, Files(calls), clock=lambda: now)
    await store.open()
    sick = await store.health()
    assert (sick.writable, sick.detail) == (False, "Read-only file system")
    calls.error = None
    now += 1.9
    assert await store.health() == sick
    now += 0.1
    assert (await store.health()).writable
    assert temporaries(tmp_path) == []
    await store.close()


async def test_a_limit_of_the_kernel_is_a_full_disk_and_the_old_document_stands(tmp_path: Path) -> None:
    dialog = await stored(tmp_path)
    store = JsonStore(tmp_path)
    await store.open()
    longer = dialog.model_copy(deep=True)
    longer.receive("много слов " * 1000, NOON)
    with largest_file(4096), pytest.raises(StorageFull):
        await store.write(longer)
    assert await store.read(dialog.dialog_id) == dialog
    await store.write(longer)
    assert await store.read(dialog.dialog_id) == longer
    await store.close()


async def test_a_full_disk_that_stops_only_the_index_costs_no_write(tmp_path: Path) -> None:
    dialog = await stored(tmp_path)
    store = JsonStore(tmp_path)
    await store.open()
    dialog.receive("второе слово", NOON)
    with largest_file(4096):
        await store.write(dialog)
        assert await store.read(dialog.dialog_id) == dialog
        assert (await store.find(DialogQuery())).rows[0].message_count == 1  # as far as the index knows
    assert (await store.find(DialogQuery(text="второе"))).rows[0].message_count == 2
    await store.close()


async def test_a_folder_that_is_not_there_opens_later_by_itself(tmp_path: Path) -> None:
    blocked = tmp_path / "disk"
    blocked.write_text("a file where the folder should be")
    store, dialog = JsonStore(blocked / "dialogs", clock=partial(next, count(0, FRESH))), new_dialog()
    await store.open()
    assert not (await store.health()).writable
    for step in (
        store.read(dialog.dialog_id),
        store.write(dialog),
        store.secret(),
        store.find(DialogQuery()),
    ):
        with pytest.raises(StorageUnavailable):
            await step
    with pytest.raises(StorageUnavailable):
        async with store.lock(dialog.dialog_id):
            pytest.fail("locked")
    blocked.unlink()
    assert (await store.health()).writable
    async with store.lock(dialog.dialog_id):
        await store.write(dialog)
    assert await store.read(dialog.dialog_id) == dialog
    await store.close()


async def test_what_a_crash_left_is_swept_but_not_what_a_living_writer_writes(tmp_path: Path) -> None:
    dead, living, store = new_dialog(), new_dialog(), JsonStore(tmp_path)
    await store.open()
    for dialog in (dead, living):
        (tmp_path / f".{dialog.dialog_id}.0123.tmp").write_text("{")
    (tmp_path / ".locks" / f"{dead.dialog_id}.lock").touch()
    async with store.lock(living.dialog_id):
        other = JsonStore(tmp_path)
        await other.open()
        assert [path.name for path in temporaries(tmp_path)] == [f".{living.dialog_id}.0123.tmp"]
        assert await other.is_locked(living.dialog_id)
        assert not await other.is_locked(dead.dialog_id)
        await other.close()
    await store.close()
    store = JsonStore(tmp_path)
    await store.open()
    assert temporaries(tmp_path) == []
    await store.close()
