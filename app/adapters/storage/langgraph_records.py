"""What LangGraph's stores keep of a customer: memory of finished dialogs, checkpoints of approvals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.adapters.storage.langgraph_storage import (
    FILE,
    MEMORY_FILE,
    PLENTY,
    is_server,
    memory_place,
    open_checkpoints,
    open_memory,
)
from app.core.personal_data import DataSubject, Held

CHECKPOINT = "PRAGMA wal_checkpoint(TRUNCATE)"


@dataclass(frozen=True)
class MemoryRecords:
    """Also where no memory is kept any more."""

    where: str

    async def dialogs_of(self, customer_id: str) -> set[str]:
        return {item.key for item in await self._items(customer_id)}

    async def hold(self, subject: DataSubject) -> Held:
        found = await self._items(subject.customer_id)
        return {"memory": [{"dialog_id": item.key, **item.value} for item in found]}

    async def forget(self, subject: DataSubject) -> None:
        if not _exists(self.where, MEMORY_FILE):
            return
        place = memory_place(subject.customer_id)
        async with open_memory(self.where) as store:
            while found := await store.asearch(place, limit=PLENTY):
                for item in found:
                    await store.adelete(place, item.key)
        async with open_memory(self.where) as store:
            await _empty_the_log(self.where, store)

    async def _items(self, customer_id: str) -> list[Any]:
        if not _exists(self.where, MEMORY_FILE):
            return []
        async with open_memory(self.where) as store:
            found: list[Any] = await store.asearch(memory_place(customer_id), limit=PLENTY)
            return found


@dataclass(frozen=True)
class CheckpointRecords:
    """`numbers` names the approvals of a customer; each has a thread while it waits."""

    where: str
    numbers: Callable[[str], Awaitable[list[str]]]

    async def dialogs_of(self, _customer_id: str) -> set[str]:
        return set()

    async def hold(self, subject: DataSubject) -> Held:
        """A checkpoint holds numbers and, for the moment of an answer, its text."""
        if not _exists(self.where, FILE):
            return {"checkpoints": []}
        held = []
        numbers = await self.numbers(subject.customer_id)
        async with open_checkpoints(self.where) as saver:
            for number in numbers:
                kept = await saver.aget_tuple({"configurable": {"thread_id": number}})
                if kept:
                    values = kept.checkpoint["channel_values"]
                    held.append({"approval": number, **{k: v for k, v in values.items() if k in KEPT}})
        return {"checkpoints": held}

    async def forget(self, subject: DataSubject) -> None:
        if not _exists(self.where, FILE):
            return
        numbers = await self.numbers(subject.customer_id)
        async with open_checkpoints(self.where) as saver:
            for number in numbers:
                await saver.adelete_thread(number)
        async with open_checkpoints(self.where) as saver:
            await _empty_the_log(self.where, saver)


KEPT = ("number", "word", "status", "reply")


def _exists(where: str, file: str) -> bool:
    return is_server(where) or (Path(where) / file).exists()


async def _empty_the_log(where: str, kept: Any) -> None:
    """What was deleted stands in SQLite's write-ahead log until that is emptied."""
    if not is_server(where):
        await kept.conn.execute(CHECKPOINT)
