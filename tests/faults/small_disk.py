"""A disk of its own that is really small, and every store that can stand on it."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.adapters.access.audit_log import AuditFile
from app.adapters.access.key_store import SqliteKeys
from app.adapters.access.spend_store import SqliteSpend
from app.adapters.storage.json_store import JsonStore
from app.core.access import ApiKey
from app.core.actions import OpenTicket
from app.core.audit import Act
from app.core.knowledge import ApprovedAnswer
from app.core.ports import DialogQuery
from app.engines.backoffice.outbox import SqlOutbox
from app.engines.knowledge.files import Shelf
from tests.contract.samples import NOON, new_dialog
from tests.support.back_office import OWNER, desk_on
from tests.support.library import library
from tests.support.outbox import events

SIZE = 3 * 2**20
MOST = 400
LONG = "д" * 3000
DAY = date(2026, 12, 2)


@dataclass(frozen=True)
class Store:
    """`write` is acknowledged when it returns; `kept` tells what is there."""

    write: Callable[[int], None]
    kept: Callable[[], set[int]]


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"NO MOUNT: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def remount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """No byte is left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 1):
            try:
                while True:
                    file.write(os.urandom(size))
            except OSError:
                continue
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The kernel refuses while a file is open for writing: stores are opened inside."""
    remount(folder, "ro")
    try:
        yield
    finally:
        remount(folder, "rw")


@contextmanager
def dialogs(folder: Path) -> Iterator[Store]:
    store = JsonStore(folder / "dialogs")

    async def write(n: int) -> None:
        dialog = new_dialog(str(n))
        dialog.receive(LONG, NOON)
        await store.write(dialog)

    async def kept() -> set[int]:
        found: set[int] = set()
        for row in (await store.find(DialogQuery(limit=1000))).rows:
            found.add(int((await store.read(row.dialog_id)).customer_id))
        return found

    with asyncio.Runner() as runner:
        runner.run(store.open())
        yield Store(lambda n: runner.run(write(n)), lambda: runner.run(kept()))
        runner.run(store.close())


@contextmanager
def back_office(folder: Path) -> Iterator[Store]:
    with desk_on(folder / "office.sqlite") as desk:

        def write(n: int) -> None:
            assert desk.ask(OWNER, OpenTicket(subject=f"number {n}", details=LONG), n).status == "done"

        def kept() -> set[int]:
            subjects = [t.subject.split() for t in desk.office.tickets(OWNER)]
            return {int(words[1]) for words in subjects if words[0] == "number"}

        yield Store(write, kept)


@contextmanager
def access(folder: Path) -> Iterator[Store]:
    with closing(SqliteKeys(folder / "access")) as keys:
        yield Store(
            lambda n: keys.add(ApiKey(str(n), LONG, frozenset(), "digest", NOON)),
            lambda: {int(key.id) for key in keys.list()},
        )


@contextmanager
def spend(folder: Path) -> Iterator[Store]:
    """Customers are kept as digests, so each is asked for."""
    with closing(SqliteSpend(folder / "spend.sqlite")) as store:
        yield Store(
            lambda n: store.add(DAY, f"{n}", 1.0),
            lambda: {n for n in range(MOST) if store.of(DAY, f"{n}").customer},
        )


@contextmanager
def outbox(folder: Path) -> Iterator[Store]:
    with closing(SqlOutbox(folder / "outbox.sqlite")) as box:

        def write(n: int) -> None:
            box.add(str(n), [e.model_copy(update={"data": {"text": LONG}}) for e in events(str(n), 1)])

        yield Store(write, lambda: {int(n) for n in box.copied() if n.isdigit()})


@contextmanager
def audit(folder: Path) -> Iterator[Store]:
    log = AuditFile(folder, lambda: b"secret" * 8)

    def kept() -> set[int]:
        assert log.verify().line is None
        return {int(entry.about) for entry in log.entries()}

    yield Store(lambda n: log.append([Act("anna", LONG[:200], str(n))]), kept)


@contextmanager
def knowledge(folder: Path) -> Iterator[Store]:
    shelf = library(folder / "knowledge")
    now = datetime(2026, 12, 2, tzinfo=UTC)

    def write(n: int) -> None:
        shelf.approve(ApprovedAnswer(question=f"{n}", lang="ru", text=LONG, by="anna", approved=now))

    yield Store(write, lambda: {int(a.question) for a in Shelf(folder / "knowledge").approvals()})


STORES = (dialogs, back_office, access, spend, knowledge, outbox, audit)
