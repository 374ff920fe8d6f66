"""Customer memory in a LangGraph store: an SQLite file in a folder, or PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from app.adapters.storage.langgraph_storage import open_storage
from app.core.exceptions import StorageUnavailable
from app.core.models import Memory

FILE = "memory.sqlite"
PLENTY = 1000


@dataclass(frozen=True)
class LangGraphMemory:
    """`where` is a folder or a PostgreSQL DSN; `limit` is how many dialogs are kept of one customer."""

    where: str
    limit: int = 10

    async def remember(self, customer_id: str, dialog_id: str, memory: Memory) -> None:
        async with self._open() as store:
            place = _place(customer_id)
            await store.aput(place, dialog_id, memory.model_dump(mode="json"))
            for item in (await _items(store, customer_id))[self.limit :]:
                await store.adelete(place, item.key)

    async def recall(self, customer_id: str) -> list[Memory]:
        async with self._open() as store:
            found = await _items(store, customer_id)
            return [Memory.model_validate(item.value) for item in found[: self.limit]]

    async def forget(self, customer_id: str, dialog_id: str) -> None:
        async with self._open() as store:
            await store.adelete(_place(customer_id), dialog_id)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Any]:
        async with open_storage(self.where, FILE, _sqlite, _postgres) as store:
            try:
                yield store
            except (ValueError, KeyError) as error:  # what is kept there is no memory of ours
                raise StorageUnavailable from error


async def _items(store: Any, customer_id: str) -> list[Any]:
    found = await store.asearch(_place(customer_id), limit=PLENTY)
    return sorted(found, key=lambda item: str(item.value["at"]), reverse=True)


def _place(customer_id: str) -> tuple[str, str]:
    """Names of places may not hold full stops; customers' ids may."""
    return ("customers", sha256(customer_id.encode()).hexdigest())


def _sqlite() -> Any:
    from langgraph.store.sqlite.aio import AsyncSqliteStore  # noqa: PLC0415

    return AsyncSqliteStore


def _postgres() -> Any:
    from langgraph.store.postgres.aio import AsyncPostgresStore  # noqa: PLC0415

    return AsyncPostgresStore
