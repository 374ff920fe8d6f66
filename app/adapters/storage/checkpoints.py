"""Where LangGraph keeps what waits for a person: an SQLite file in a folder, or PostgreSQL."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from app.adapters.storage.langgraph_storage import is_server, opened

FILE = "approvals.sqlite"


def has_checkpoints(where: str) -> bool:
    """False where nothing has ever waited; a server is taken to hold some."""
    return is_server(where) or (Path(where) / FILE).exists()


def open_checkpoints(where: str) -> AbstractAsyncContextManager[Any]:
    """A checkpointer for one piece of work. `where` is a folder or a PostgreSQL DSN.

    Raises StorageUnavailable. What a finished piece of work wrote is durable.
    """
    return opened(where, FILE, _sqlite, _postgres)


def _sqlite() -> Any:
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver  # noqa: PLC0415

    return AsyncSqliteSaver


def _postgres() -> Any:
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver  # noqa: PLC0415

    return AsyncPostgresSaver
