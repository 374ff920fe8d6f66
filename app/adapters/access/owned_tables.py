"""Tables in a SQLite file that its owner alone may read, shared by the processes of one machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.exc import DBAPIError

from app.core import durable
from app.core.exceptions import StorageUnavailable

WAIT = 10
"""Seconds that a writer waits for another one."""


def plain(moment: datetime | None) -> datetime | None:
    """SQLite keeps UTC without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None


def aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Among the processes that use the folder. Raises OSError or Timeout."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(folder / ".lock", timeout=WAIT):
        yield


class OwnedTables:
    """Inert until used. `pragmas` stand beside the write-ahead log."""

    def __init__(self, file: Path, tables: MetaData, *pragmas: str) -> None:
        self._file, self._tables = file, tables
        self._pragmas = ("journal_mode=WAL", *pragmas)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction. Raises StorageUnavailable."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except (DBAPIError, OSError, Timeout) as error:
            raise StorageUnavailable from error

    def close(self) -> None:
        if "_engine" in vars(self):
            self._engine.dispose()

    @cached_property
    def _engine(self) -> Engine:
        """Two services that start at once create the tables one after the other."""
        with alone(self._file.parent):
            self._file.touch(durable.OWNER)
            engine = create_engine(f"sqlite:///{self._file}", connect_args={"timeout": WAIT})
            event.listen(engine, "connect", self._prepare)
            self._tables.create_all(engine)
            return engine

    def _prepare(self, connection: Any, _: object) -> None:
        for pragma in self._pragmas:
            connection.execute(f"PRAGMA {pragma}")
