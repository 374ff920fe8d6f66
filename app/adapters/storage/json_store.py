"""Dialogs as JSON files: durable, shared by processes, readable by people unless they are encrypted."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from threading import Lock
from time import monotonic
from typing import TypeVar

import structlog

from app.adapters.storage import index_rows
from app.adapters.storage.codec import PLAIN, Codec
from app.adapters.storage.dialog_files import DialogFiles, Files, storage_errors, temporaries
from app.adapters.storage.healing import AT_ONCE, Healer
from app.adapters.storage.index import DialogIndex, IndexBroken
from app.adapters.storage.key_proof import KeyProof
from app.adapters.storage.listing import is_dialog_id, micros, place_of
from app.adapters.storage.locks import Locks
from app.adapters.storage.queues import IndexedQueue
from app.core.dialog import Dialog
from app.core.exceptions import (
    DialogNotFound,
    DialogQuarantined,
    IndexBuilding,
    StorageUnavailable,
)
from app.core.ports import DialogPage, DialogQuery, StoreHealth
from app.core.storage_key import StorageLocked
from app.core.threads import in_index, in_storage
from app.core.urgency import WaitingQueue

log = structlog.get_logger()
T = TypeVar("T")
SECRET_BYTES = 32
FRESH = 2  # seconds


class JsonStore:
    """`<root>/<dialog_id>.json`, one a dialog; everything else in `root` begins with a dot.

    A disk that is not there at `open` does not end the process: the store opens on a later use.
    """

    def __init__(
        self,
        root: Path,
        files: Files | None = None,
        clock: Callable[[], float] = monotonic,
        at_once: int = AT_ONCE,
        codec: Codec = PLAIN,
    ) -> None:
        self._root = root
        self._files = files or Files()
        self._dialogs = DialogFiles(root, self._files, codec)
        self._proof = KeyProof(root, self._files, codec)
        self._locks = Locks(root / ".locks")
        self._index = DialogIndex(root / ".index", self._locks, codec.ciphers)
        self._healer = Healer(self._dialogs, self._index, at_once)
        self._opening = Lock()
        self._opened = False
        self._clock = clock
        self._examining = asyncio.Lock()
        self._examined: tuple[float, StoreHealth] | None = None

    async def open(self) -> None:
        try:
            await in_storage(self._ready)
        except StorageLocked:
            raise
        except StorageUnavailable as error:
            log.warning("store_not_open", error=repr(error.__cause__))

    async def close(self) -> None:
        await in_storage(self._healer.stop)
        await in_storage(self._index.close)

    @property
    def waiting(self) -> WaitingQueue:
        return IndexedQueue(self._ask, self._index)

    async def secret(self) -> bytes:
        return await in_storage(self._secret)

    @asynccontextmanager
    async def lock(self, dialog_id: str) -> AsyncIterator[None]:
        if not is_dialog_id(dialog_id):
            raise DialogNotFound(dialog_id)
        if not self._opened:
            await in_storage(self._ready)
        async with self._locks.hold(dialog_id):
            yield

    async def is_locked(self, dialog_id: str) -> bool:
        return is_dialog_id(dialog_id) and await in_storage(self._locks.is_held, dialog_id)

    async def read(self, dialog_id: str) -> Dialog:
        return await in_storage(self._dialogs.load, dialog_id)

    async def write(self, dialog: Dialog) -> None:
        await in_storage(self._write, dialog)

    async def delete(self, dialog_id: str) -> None:
        await in_storage(self._delete, dialog_id)

    async def find(self, query: DialogQuery) -> DialogPage:
        if query.cursor is not None:
            place_of(query.cursor)
        return await in_index(self._ask, lambda index: index_rows.find(index, query))

    async def unfinished(self) -> list[str]:
        return await in_index(self._ask, index_rows.unfinished)

    async def idle_since(self, moment: datetime, limit: int, skip: int = 0) -> list[str]:
        since = micros(moment)
        return await in_index(self._ask, lambda index: index_rows.idle_since(index, since, limit, skip))

    async def event_counts(self) -> dict[str, int]:
        return await in_index(self._ask, index_rows.event_counts)

    async def encrypt(self, on_progress: Callable[[int, int], None]) -> int:
        """Write again what stands plain or with an older key, dialog by dialog; a repeat goes on. How many.

        Raises StorageLocked for one whose key is missing.
        """
        await in_storage(self._ready)
        names = sorted(await in_storage(self._dialogs.stamps))
        count = 0
        for done, name in enumerate(names, 1):
            count += await self._encrypt(name)
            on_progress(done, len(names))
        await in_storage(self._proof.renew)
        await in_storage(self._index.renew)
        return count

    async def _encrypt(self, dialog_id: str) -> bool:
        """False where there is nothing to do, or it has gone meanwhile."""
        async with self.lock(dialog_id):
            with suppress(DialogNotFound, DialogQuarantined):
                dialog = await self.read(dialog_id)
                if not await in_storage(self._dialogs.is_current, dialog_id):
                    await self.write(dialog)
                    return True
        return False

    async def health(self) -> StoreHealth:
        """Kept for a moment: anybody may ask, and a look costs a durable write."""
        async with self._examining:
            if self._examined is None or self._clock() >= self._examined[0] + FRESH:
                self._examined = self._clock(), await in_storage(self._health)
            return self._examined[1]

    def _ready(self) -> None:
        """Open once; a failure leaves it for the next use."""
        with self._opening:
            if self._opened:
                return
            with storage_errors():
                (self._root / ".locks").mkdir(parents=True, exist_ok=True)
                self._proof.check()
                self._sweep()
            with suppress(IndexBuilding):
                self._ask(lambda _: None)
            self._opened = True

    def _sweep(self) -> None:
        """Remove what a crash left over, but nothing that a living process is writing."""
        for path, name in temporaries(self._root):
            with self._locks.if_free(name) as free:
                if free:
                    path.unlink(missing_ok=True)
        self._locks.sweep()

    def _secret(self) -> bytes:
        self._ready()
        path = self._root / ".secret"
        with storage_errors(), self._locks.hold_blocking("secret"):
            if not path.exists():
                self._files.write(path, secrets.token_bytes(SECRET_BYTES))
            found = path.read_bytes()
        if len(found) != SECRET_BYTES:
            log.error("secret_damaged", size=len(found))
            raise StorageUnavailable
        return found

    def _write(self, dialog: Dialog) -> None:
        self._ready()
        try:
            stamp = self._dialogs.store(dialog)
        except StorageUnavailable:
            self._healer.doubt(dialog.dialog_id)
            raise
        self._note(dialog.dialog_id, lambda index: index_rows.put(index, dialog, stamp))

    def _delete(self, dialog_id: str) -> None:
        self._ready()
        self._dialogs.remove(dialog_id)
        self._note(dialog_id, lambda index: index_rows.remove(index, dialog_id))
        with suppress(StorageUnavailable):
            self._index.forget()

    def _note(self, dialog_id: str, change: Callable[[Connection], None]) -> None:
        """The file is durable by now: a failing index costs a later look at it, never the write."""
        try:
            with self._index.writing() as connection:
                change(connection)
        except StorageUnavailable as error:
            self._healer.doubt(dialog_id)
            log.warning("index_write_failed", dialog_id=dialog_id, error=repr(error.__cause__))

    def _ask(self, question: Callable[[Connection], T]) -> T:
        """Heal, then ask; an index that proves broken is built again once."""
        try:
            return self._heal_and_ask(question)
        except IndexBroken:
            return self._heal_and_ask(question)

    def _heal_and_ask(self, question: Callable[[Connection], T]) -> T:
        self._healer.heal()
        with self._index.reading() as connection:
            return question(connection)

    def _health(self) -> StoreHealth:
        try:
            self._ready()
            self._files.probe(self._root)
            quarantined = self._dialogs.quarantined()
            return StoreHealth(writable=True, building=self._healer.building, quarantined=quarantined)
        except StorageUnavailable as error:
            return StoreHealth(writable=False, detail=_plain(error), building=self._healer.building)


def _plain(error: StorageUnavailable) -> str:
    """The system's sentence without paths."""
    cause = error.__cause__
    return (cause.strerror if isinstance(cause, OSError) else None) or str(error)
