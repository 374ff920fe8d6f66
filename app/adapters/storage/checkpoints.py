"""Where LangGraph keeps what waits for a person: an SQLite file in a folder, or PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from app.core.exceptions import StorageUnavailable

FILE = "approvals.sqlite"
OVERWRITE = "PRAGMA secure_delete = ON"
"""What is deleted leaves no words in the file."""


def has_checkpoints(where: str) -> bool:
    """False where nothing has ever waited; a server is taken to hold some."""
    return "://" in where or (Path(where) / FILE).exists()


@asynccontextmanager
async def open_checkpoints(where: str) -> AsyncIterator[Any]:
    """A checkpointer for one piece of work. `where` is a folder or a PostgreSQL DSN.

    Raises StorageUnavailable. What a finished piece of work wrote is durable.
    """
    try:
        async with _saver(where) as saver:
            await saver.setup()
            yield saver
    except (OSError, sqlite3.Error) as error:
        raise StorageUnavailable from error


def address(dsn: str) -> str:
    """As drivers take it; SQLAlchemy's form, which the back office has, leads there too."""
    return dsn.replace("postgresql+psycopg://", "postgresql://", 1)


def _saver(where: str) -> AbstractAsyncContextManager[Any]:
    return _postgres(where) if "://" in where else _sqlite(Path(where))


@asynccontextmanager
async def _sqlite(folder: Path) -> AsyncIterator[Any]:
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver  # noqa: PLC0415

    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    async with AsyncSqliteSaver.from_conn_string(str(folder / FILE)) as saver:
        await saver.conn.execute(OVERWRITE)
        yield saver


@asynccontextmanager
async def _postgres(dsn: str) -> AsyncIterator[Any]:
    import psycopg  # noqa: PLC0415
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver  # noqa: PLC0415

    try:
        async with AsyncPostgresSaver.from_conn_string(address(dsn)) as saver:
            yield saver
    except psycopg.Error as error:
        raise StorageUnavailable from error
