"""Several processes on one store."""

from __future__ import annotations

import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from app.adapters.storage.json_store import JsonStore
from app.adapters.storage.locks import Locks
from app.core.exceptions import StorageUnavailable
from app.core.ports import DialogQuery
from tests.contract.samples import new_dialog
from tests.faults.appenders import LINES, PROCESSES, WRITERS

pytestmark = pytest.mark.anyio


async def test_four_processes_of_four_writers_lose_no_update_and_share_one_secret(tmp_path: Path) -> None:
    store, dialog = JsonStore(tmp_path), new_dialog()
    await store.write(dialog)
    command = [sys.executable, "-m", "tests.faults.appenders", str(tmp_path), dialog.dialog_id]
    subprocess.run(command, check=True)  # noqa: ASYNC221 - nothing else runs on this loop
    messages = (await store.read(dialog.dialog_id)).messages
    written = product(range(PROCESSES), range(WRITERS), range(LINES))
    assert sorted(m.content for m in messages) == sorted(f"{p}/{w}/{n}" for p, w, n in written)
    assert [m.seq for m in messages] == list(range(1, len(messages) + 1))
    assert (await store.find(DialogQuery())).rows[0].message_count == len(messages)
    secrets = {(tmp_path / f".secret-of-{process}").read_bytes() for process in range(PROCESSES)}
    assert secrets == {await store.secret()}
    await store.close()


async def test_a_lock_of_one_store_is_seen_by_another_on_the_same_folder(tmp_path: Path) -> None:
    mine, other, dialog = JsonStore(tmp_path), JsonStore(tmp_path), new_dialog()
    await mine.open()
    await other.open()
    async with mine.lock(dialog.dialog_id):
        assert await other.is_locked(dialog.dialog_id)
    assert not await other.is_locked(dialog.dialog_id)
    await mine.close()
    await other.close()


async def test_lock_files_do_not_pile_up(tmp_path: Path) -> None:
    store = JsonStore(tmp_path)
    for _ in range(20):
        async with store.lock(new_dialog().dialog_id):
            assert len(list((tmp_path / ".locks").glob("*.lock"))) == 1
    assert list((tmp_path / ".locks").glob("*.lock")) == []
    await store.close()


async def test_the_secret_is_for_its_owner_only(tmp_path: Path) -> None:
    store = JsonStore(tmp_path)
    await store.secret()
    assert (tmp_path / ".secret").stat().st_mode & 0o777 == 0o600
    await store.close()


async def test_a_thread_does_not_wait_for_ever_for_a_lock(tmp_path: Path) -> None:
    with Locks(tmp_path).hold_blocking("index"):
        with pytest.raises(StorageUnavailable), Locks(tmp_path, patience=0).hold_blocking("index"):
            pytest.fail("held twice")
        assert Locks(tmp_path).is_held("index")
