"""A rebuildable SQLite index beside the files, in `.index/`. The files are the truth."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, repeat
from pathlib import Path
from threading import Lock
from time import sleep
from uuid import uuid4

import structlog

from app.adapters.storage import index_rows
from app.adapters.storage.codec import PLAIN, IndexCipher
from app.adapters.storage.dialog_files import storage_errors
from app.adapters.storage.index_rows import VERSION, schema
from app.adapters.storage.locks import Locks
from app.core.exceptions import StorageFull, StorageUnavailable

log = structlog.get_logger()
BUSY_SECONDS = 10
PAUSE = 0.002  # seconds: without it, who asks again at once gets the lock before those who wait
_SIGNS = ("no such table", "user-defined function raised exception")
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class IndexBroken(StorageUnavailable):
    """It was thrown away; the next use builds a new one."""


class IndexOutdated(sqlite3.DatabaseError):
    """Made by another version of this program, or with another key."""


class Lane:
    """One connection, one thread at a time. Opens by itself, and again when the file was replaced.

    Every index has a new name: SQLite finds the write-ahead log of a file by its name, so a
    process that still has the old one open could spoil a new one of the same name.
    """

    def __init__(self, folder: Path, locks: Locks, ciphers: Sequence[IndexCipher]) -> None:
        self._folder = folder
        self._locks = locks
        self._ciphers = ciphers
        self._turn = Lock()
        self.path: Path | None = None
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def use(self, begin: str) -> Iterator[sqlite3.Connection]:
        """A transaction. Raises IndexBroken, StorageFull or StorageUnavailable."""
        with self._turn, self._errors():
            connection = self._connect()
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    def checkpoint(self) -> None:
        """Empty the write-ahead log, so that what was deleted does not linger there."""
        with self._turn, self._errors():
            self._connect().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        with self._turn:
            self._close()

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None or self.path is None or not self.path.exists():
            self._close()
            with self._locks.hold_blocking("index"), storage_errors():
                self._connection = self._open()
        return self._connection

    def _open(self) -> sqlite3.Connection:
        self._folder.mkdir(exist_ok=True)
        self.path = min(self._folder.glob("*.sqlite3"), default=self._folder / f"{uuid4().hex}.sqlite3")
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            _prepare(connection, self._ciphers)
        except BaseException:
            connection.close()
            raise
        return connection

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if _is_broken(error):
                if isinstance(error, IndexOutdated):
                    log.info("index_outdated")
                else:
                    log.error("index_broken", file=self.path and self.path.name)
                self._discard()
                raise IndexBroken from error
            raise (StorageFull if _code(error) == sqlite3.SQLITE_FULL else StorageUnavailable)() from error

    def discard(self) -> None:
        with self._turn:
            self._discard()

    def _discard(self) -> None:
        self._close()
        if self.path is not None:
            with self._locks.hold_blocking("index"), storage_errors():
                for suffix in ("", "-wal", "-shm"):
                    self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)


def _prepare(connection: sqlite3.Connection, ciphers: Sequence[IndexCipher]) -> None:
    """NORMAL: a power cut may lose the last rows, never a file; the next start finds the difference."""
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON", "cache_size = -16000"):
        connection.execute(f"PRAGMA {pragma}")
    [(version,)] = connection.execute("PRAGMA user_version").fetchall()
    if version == 0:
        connection.executescript(f"BEGIN IMMEDIATE;{schema(ciphers[0].mark)}COMMIT;")
    elif version != VERSION:
        raise IndexOutdated(version)
    mark = index_rows.mark(connection)
    cipher = next((cipher for cipher in ciphers if cipher.mark == mark), None)
    if cipher is None:
        raise IndexOutdated(version)
    connection.create_function("hide", 2, cipher.hide, deterministic=True)
    connection.create_function("show", 2, cipher.show, deterministic=True)


def _is_broken(error: sqlite3.Error) -> bool:
    return (
        isinstance(error, IndexOutdated)
        or _code(error) in _BROKEN
        or any(sign in str(error) for sign in _SIGNS)
    )


def _code(error: sqlite3.Error) -> int:
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF


class DialogIndex:
    """Reading never waits for writing."""

    def __init__(self, folder: Path, locks: Locks, ciphers: Sequence[IndexCipher] = PLAIN.ciphers) -> None:
        self._ciphers = ciphers
        self._reader = Lane(folder, locks, ciphers)
        self._writer = Lane(folder, locks, ciphers)
        self._trusted: Path | None = None

    def is_trusted(self) -> bool:
        """True when the files were compared with this very index; opens it when it is not open."""
        with self.reading():
            return self._trusted == self._reader.path

    @property
    def path(self) -> Path | None:
        """Of the index that was read last: a lost one is followed by one of another name."""
        return self._reader.path

    def trust(self, path: Path | None) -> None:
        self._trusted = path

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        with self._reader.use("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        with self._writer.use("BEGIN IMMEDIATE") as connection:
            yield connection

    def renew(self) -> None:
        """Throw it away if it was made with an older key; the next use builds a new one."""
        with self.reading() as connection:
            is_old = index_rows.mark(connection) != self._ciphers[0].mark
        if is_old:
            self._writer.close()
            self._reader.discard()

    def forget(self) -> None:
        """Wipe out the words of rows that were removed, in steps between which others may write."""
        for first in chain([True], repeat(False)):
            with self.writing() as connection:
                if not index_rows.wipe(connection, first=first):
                    break
            sleep(PAUSE)
        self._writer.checkpoint()

    def forget_what_was_left(self) -> None:
        """After a crash between removing a row and wiping out its words. Costs no listing when it fails."""
        with self.reading() as connection:
            left = index_rows.has_removed(connection)
        try:
            if left:
                self.forget()
        except IndexBroken:
            raise
        except StorageUnavailable as error:
            log.warning("index_not_wiped", error=repr(error.__cause__))

    def close(self) -> None:
        self._reader.close()
        self._writer.close()
