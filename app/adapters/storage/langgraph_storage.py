"""LangGraph checkpoints and customer memory: SQLite files in a folder, or PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from app.adapters.storage.dialog_files import storage_errors
from app.core.exceptions import StorageUnavailable
from app.core.models import Memory

OVERWRITE = "PRAGMA secure_delete = ON"
"""What is deleted leaves no words in the file."""
_set_up: set[tuple[str, str]] = set()


def open_storage(
    where: str, file: str, sqlite: Callable[[], Any], postgres: Callable[[], Any]
) -> AbstractAsyncContextManager[Any]:
    """For one piece of work, in `file` of the folder `where`, or in the database of that DSN.

    `sqlite` and `postgres` import their class when called. Raises StorageUnavailable for what the disk or
    the database refuses; other errors of the work inside pass through.
    """
    return _on_server(where, postgres) if is_server(where) else _in_folder(Path(where), file, sqlite)


def is_server(where: str) -> bool:
    return "://" in where


@asynccontextmanager
async def _in_folder(folder: Path, file: str, sqlite: Callable[[], Any]) -> AsyncIterator[Any]:
    """Set up every time: the file may have gone, and a part of it belongs to the connection."""
    with storage_errors():
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    try:
        async with sqlite().from_conn_string(str(folder / file)) as kept:
            await kept.conn.execute(OVERWRITE)
            await kept.setup()
            yield kept
    except sqlite3.Error as error:
        raise StorageUnavailable from error


@asynccontextmanager
async def _on_server(dsn: str, postgres: Callable[[], Any]) -> AsyncIterator[Any]:
    """Set up once a process, and again after a failure: somebody may have made the database anew."""
    import psycopg  # noqa: PLC0415

    address = dsn.replace("postgresql+psycopg://", "postgresql://", 1)  # SQLAlchemy's form leads there too
    kind = postgres()
    place = address, kind.__name__
    try:
        async with kind.from_conn_string(address) as kept:
            if place not in _set_up:
                await kept.setup()
                _set_up.add(place)
            yield kept
    except psycopg.Error as error:
        _set_up.discard(place)
        raise StorageUnavailable from error


FILE = "approvals.sqlite"


def has_checkpoints(where: str) -> bool:
    """False if no approval has ever waited; a server is assumed to hold checkpoints."""
    return is_server(where) or (Path(where) / FILE).exists()


@asynccontextmanager
async def open_checkpoints(where: str) -> AsyncIterator[Any]:
    """A checkpointer for one piece of work. `where` is a folder or a PostgreSQL DSN.

    Raises StorageUnavailable. What a finished piece of work wrote is durable.
    """
    async with open_storage(where, FILE, _sqlite, _postgres) as saver:
        saver.serde = strict_reader()
        yield saver


def strict_reader() -> Any:
    """Restores plain values alone, whatever LANGGRAPH_STRICT_MSGPACK says. Raises RuntimeError.

    A lenient one imports and calls what a checkpoint names, so who can write one could run code here.
    """
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer  # noqa: PLC0415

    reader = JsonPlusSerializer(pickle_fallback=False, allowed_msgpack_modules=None)
    if reader.pickle_fallback or reader._allowed_msgpack_modules is not None:
        raise RuntimeError("This version of langgraph-checkpoint does not read checkpoints strictly.")
    return reader


def _sqlite() -> Any:
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver  # noqa: PLC0415

    return AsyncSqliteSaver


def _postgres() -> Any:
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver  # noqa: PLC0415

    return AsyncPostgresSaver


MEMORY_FILE = "memory.sqlite"
PLENTY = 1000


@dataclass(frozen=True)
class LangGraphMemory:
    """`where` is a folder or a PostgreSQL DSN; `limit` is how many dialogs are kept of one customer."""

    where: str
    limit: int = 10

    async def remember(self, customer_id: str, dialog_id: str, memory: Memory) -> None:
        async with self._open() as store:
            place = memory_place(customer_id)
            await store.aput(place, dialog_id, memory.model_dump(mode="json"))
            for item in (await _items(store, customer_id))[self.limit :]:
                await store.adelete(place, item.key)

    async def recall(self, customer_id: str) -> list[Memory]:
        async with self._open() as store:
            found = await _items(store, customer_id)
            return [Memory.model_validate(item.value) for item in found[: self.limit]]

    async def forget(self, customer_id: str, dialog_id: str) -> None:
        async with self._open() as store:
            await store.adelete(memory_place(customer_id), dialog_id)

    def _open(self) -> AbstractAsyncContextManager[Any]:
        return open_memory(self.where)


@asynccontextmanager
async def open_memory(where: str) -> AsyncIterator[Any]:
    """LangGraph's store for one piece of work. Raises StorageUnavailable."""
    async with open_storage(where, MEMORY_FILE, _memory_in_sqlite, _memory_in_postgres) as store:
        try:
            yield store
        except (ValueError, KeyError) as error:  # what is kept there is no memory of ours
            raise StorageUnavailable from error


async def _items(store: Any, customer_id: str) -> list[Any]:
    found = await store.asearch(memory_place(customer_id), limit=PLENTY)
    return sorted(found, key=lambda item: str(item.value["at"]), reverse=True)


def memory_place(customer_id: str) -> tuple[str, str]:
    """Names of places may not hold full stops; customers' ids may."""
    return ("customers", sha256(customer_id.encode()).hexdigest())


def _memory_in_sqlite() -> Any:
    from langgraph.store.sqlite.aio import AsyncSqliteStore  # noqa: PLC0415

    return AsyncSqliteStore


def _memory_in_postgres() -> Any:
    from langgraph.store.postgres.aio import AsyncPostgresStore  # noqa: PLC0415

    return AsyncPostgresStore
