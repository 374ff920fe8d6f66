"""A start with very many dialogs and no index: the service lives at once, the list is built beside it."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest

from app.adapters.storage.json_store import JsonStore
from app.bootstrap import build
from app.core.dialog import Dialog
from app.core.exceptions import IndexBuilding
from app.core.ports import DialogQuery
from tests.contract.samples import NOON, at, kept, new_dialog
from tests.support.server import running, settings

pytestmark = pytest.mark.anyio
MANY = 120
BUILDING = """
import asyncio, sys
from pathlib import Path
from app.adapters.storage.json_store import JsonStore
async def main():
    store = JsonStore(Path(sys.argv[1]), at_once=0)
    await store.open()
    await asyncio.Event().wait()
asyncio.run(main())
"""


def fill(root: Path, count: int) -> list[Dialog]:
    """As a backup brings them back: files and nothing else."""
    root.mkdir(exist_ok=True)
    dialogs = [new_dialog(when=at(n)) for n in range(count)]
    for dialog in dialogs:
        dialog.receive("тайное слово", dialog.updated_at)
        (root / f"{dialog.dialog_id}.json").write_text(dialog.model_dump_json(by_alias=True))
    return dialogs


@contextmanager
def held_up(root: Path) -> Iterator[None]:
    """Nobody writes into the index meanwhile."""
    connection = sqlite3.connect(index_of(root), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def index_of(root: Path) -> Path:
    [found] = (root / ".index").glob("*.sqlite3")
    return found


async def empty_index(root: Path) -> None:
    store = JsonStore(root)
    await store.open()
    await store.close()


async def listed(store: JsonStore) -> list[str]:
    """Once it can be."""
    for _ in range(3000):
        try:
            return [row.dialog_id for row in (await store.find(DialogQuery(limit=1000))).rows]
        except IndexBuilding:
            await asyncio.sleep(0.01)
    raise AssertionError("it was never built")


async def test_dialogs_are_read_while_the_list_is_built_and_the_list_is_refused_with_its_progress(
    tmp_path: Path,
) -> None:
    await empty_index(tmp_path)
    dialogs = fill(tmp_path, MANY)
    store = JsonStore(tmp_path, at_once=MANY - 1)
    with held_up(tmp_path):
        await store.open()
        assert await store.read(dialogs[7].dialog_id) == dialogs[7]
        for question in (store.find(DialogQuery()), store.unfinished(), store.idle_since(NOON, 9)):
            with pytest.raises(IndexBuilding, match=f"0 of {MANY}"):
                await question
        health = await store.health()
        assert (health.writable, health.building) == (True, f"0 of {MANY}")
    assert set(await listed(store)) == {d.dialog_id for d in dialogs}
    assert len(await store.unfinished()) == MANY
    await store.close()


async def test_what_is_written_meanwhile_is_in_the_list_as_it_was_written_last(tmp_path: Path) -> None:
    dialogs = fill(tmp_path, MANY)
    store = JsonStore(tmp_path, at_once=0)
    await store.open()
    changed, deleted, added = dialogs[-1], dialogs[-2], new_dialog(when=at(999))
    changed.receive("ещё слово", at(1000))
    await kept(store, changed, added)
    await store.delete(deleted.dialog_id)
    names = await listed(store)
    assert names[:2] == [changed.dialog_id, added.dialog_id]
    assert set(names) == {d.dialog_id for d in [*dialogs, added]} - {deleted.dialog_id}
    assert (await store.find(DialogQuery(text="ещё слово"))).rows[0].dialog_id == changed.dialog_id
    await store.close()


async def test_two_that_build_at_once_build_one_list(tmp_path: Path) -> None:
    dialogs = fill(tmp_path, MANY)
    first, second = JsonStore(tmp_path, at_once=0), JsonStore(tmp_path, at_once=0)
    await asyncio.gather(first.open(), second.open())
    for store in (first, second):
        assert set(await listed(store)) == {d.dialog_id for d in dialogs}
        await store.close()


async def test_a_build_that_is_stopped_goes_on_at_the_next_start(tmp_path: Path) -> None:
    dialogs = fill(tmp_path, MANY)
    for _ in range(4):
        store = JsonStore(tmp_path, at_once=0)
        await store.open()
        await store.close()
    store = JsonStore(tmp_path, at_once=0)
    assert set(await listed(store)) == {d.dialog_id for d in dialogs}
    await store.close()


def killed_in_the_midst(root: Path, rows: int) -> None:
    builder = subprocess.Popen([sys.executable, "-c", BUILDING, str(root)])
    try:
        with sqlite3.connect(f"file:{index_of(root)}?mode=ro", uri=True) as watching:
            while watching.execute("SELECT count(*) FROM dialogs").fetchone()[0] < rows:
                assert builder.poll() is None
    finally:
        builder.kill()
        builder.wait()


@pytest.mark.parametrize("rows", [1, 100])
async def test_a_build_that_is_killed_in_the_midst_is_right_after_the_next_start(
    tmp_path: Path, rows: int
) -> None:
    await empty_index(tmp_path)
    dialogs = fill(tmp_path, 4 * MANY)
    killed_in_the_midst(tmp_path, rows)
    changed = dialogs[0]
    changed.receive("после", at(5000))
    (tmp_path / f"{changed.dialog_id}.json").write_text(changed.model_dump_json(by_alias=True))
    store = JsonStore(tmp_path, at_once=0)
    names = await listed(store)
    assert sorted(names) == sorted(d.dialog_id for d in dialogs)
    assert names[0] == changed.dialog_id
    await store.close()


async def test_the_service_lives_and_serves_known_dialogs_but_is_not_ready(tmp_path: Path) -> None:
    await empty_index(tmp_path)
    known = fill(tmp_path, MANY)[0].dialog_id
    bench = build(settings(tmp_path), store=JsonStore(tmp_path, at_once=0))
    with ExitStack() as until_the_end, held_up(tmp_path):
        url = until_the_end.enter_context(running(bench))
        http = until_the_end.enter_context(httpx2.Client(base_url=url, timeout=60, trust_env=False))
        assert http.get("/api/v1/health/live").status_code == 200
        ready = http.get("/api/v1/health/ready")
        reason = f"The dialog index is being built: 0 of {MANY}."
        assert (ready.status_code, ready.json()["reason"]) == (503, reason)
        refused = http.get("/api/v1/operator/queue")
        assert (refused.status_code, refused.json()["code"]) == (503, "index_building")
        assert int(refused.headers["Retry-After"]) > 0
        assert http.get(f"/api/v1/dialogue/{known}").status_code == 200
