"""A dialog store in memory: fulfils the port except for durability."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from weakref import WeakValueDictionary

from app.adapters.storage.listing import (
    cursor_after,
    is_dialog_id,
    micros,
    needle,
    place_of,
    row_of,
    searched_text,
)
from app.adapters.storage.queues import CountedQueue
from app.core.dialog import Dialog
from app.core.exceptions import DialogNotFound
from app.core.ports import DialogPage, DialogQuery, StoreHealth
from app.core.urgency import WaitingQueue


class MemoryStore:
    """Copies on read and write, so that a stored dialog changes only through `write`."""

    def __init__(self) -> None:
        self._dialogs: dict[str, Dialog] = {}
        self._queues: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._waiting = CountedQueue(self._dialogs)
        self._secret = secrets.token_bytes(32)

    async def open(self) -> None:
        """Nothing to heal: a memory survives no crash."""

    async def close(self) -> None:
        """Nothing to let go of."""

    async def secret(self) -> bytes:
        return self._secret

    @asynccontextmanager
    async def lock(self, dialog_id: str) -> AsyncIterator[None]:
        _check(dialog_id)
        queue = self._queues.setdefault(dialog_id, asyncio.Lock())
        async with queue:
            yield

    async def is_locked(self, dialog_id: str) -> bool:
        queue = self._queues.get(dialog_id)
        return queue is not None and queue.locked()

    async def read(self, dialog_id: str) -> Dialog:
        if dialog_id not in self._dialogs:
            raise DialogNotFound(dialog_id)
        return self._dialogs[dialog_id].model_copy(deep=True)

    async def write(self, dialog: Dialog) -> None:
        self.put(dialog.model_copy(deep=True))

    def put(self, dialog: Dialog) -> None:
        """Without a copy: nobody else may change it."""
        _check(dialog.dialog_id)
        self._dialogs[dialog.dialog_id] = dialog

    async def delete(self, dialog_id: str) -> None:
        if self._dialogs.pop(dialog_id, None) is None:
            raise DialogNotFound(dialog_id)

    async def find(self, query: DialogQuery) -> DialogPage:
        found = [d for d in self._dialogs.values() if _matches(d, query)]
        if query.cursor is not None:
            place = place_of(query.cursor)
            found = [d for d in found if _place(d) < place]
        found.sort(key=_place, reverse=True)
        rows = [row_of(d) for d in found[: query.limit]]
        return DialogPage(rows, cursor_after(rows[-1]) if len(found) > len(rows) else None)

    async def unfinished(self) -> list[str]:
        return _oldest_first(d for d in self._dialogs.values() if d.pending())

    async def idle_since(self, moment: datetime, limit: int, skip: int = 0) -> list[str]:
        active = (d for d in self._dialogs.values() if d.status == "active" and d.handler == "bot")
        return _oldest_first(d for d in active if d.updated_at < moment)[skip : skip + limit]

    @property
    def waiting(self) -> WaitingQueue:
        return self._waiting

    async def event_counts(self) -> dict[str, int]:
        return {dialog_id: len(d.events) for dialog_id, d in self._dialogs.items() if d.events}

    async def health(self) -> StoreHealth:
        return StoreHealth(writable=True)


def _check(dialog_id: str) -> None:
    if not is_dialog_id(dialog_id):
        raise DialogNotFound(dialog_id)


def _place(dialog: Dialog) -> tuple[int, str]:
    return micros(dialog.updated_at), dialog.dialog_id


def _oldest_first(dialogs: Iterable[Dialog]) -> list[str]:
    return [d.dialog_id for d in sorted(dialogs, key=_place)]


def _matches(dialog: Dialog, query: DialogQuery) -> bool:
    wanted = (
        (query.status, dialog.status),
        (query.agent, dialog.assigned_agent),
        (query.customer_id, dialog.customer_id),
        (query.escalated, dialog.escalated),
    )
    if any(value is not None and value != actual for value, actual in wanted):
        return False
    return query.text is None or needle(query.text) in searched_text(dialog)
