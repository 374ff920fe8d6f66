"""Admission and exclusive access: who may start a turn, and one lock and one read per change of a dialog.

Also recognises repeated requests, and stops running turns.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

from app.core.dialog import Dialog, RequestRecord
from app.core.exceptions import CallCenterError, DialogBusy, DialogNotFound, ServiceBusy, ShuttingDown
from app.core.ports import DialogStore
from app.services.dialogs.effects import EffectEvents


@dataclass(frozen=True, slots=True)
class Request:
    """One request under an Idempotency-Key; `body` is the digest of the parsed JSON.

    A customer who calls with a token has keys of their own.
    """

    key: str
    operation: str
    body: str

    @classmethod
    def of(cls, key: str, operation: str, body: object, customer: str | None = None) -> Request:
        canonical = json.dumps(body, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return cls(_digest(key if customer is None else f"{key}\n{customer}"), operation, _digest(canonical))

    def same(self, record: RequestRecord) -> bool:
        """Raises IdempotencyKeyReused when the key stands for another request."""
        return record.matches(self.operation, self.body)


def dialog_ids(secret: bytes, key: str) -> Iterator[str]:
    """Ids that a create request may have received, in order: a new one after each expiry of its record.

    Derived from the key, so a repeated create finds its dialog even if the first was killed at any step, and
    from the store's secret, so that nobody can guess an id from a key.
    """
    for generation in count():
        mac = hmac.digest(secret, f"{key}:{generation}".encode(), hashlib.sha256)
        yield str(UUID(bytes=mac[:16], version=4))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


T = TypeVar("T")


class Stopped(CallCenterError):
    status = 409
    code = "stopped"

    def __init__(self) -> None:
        super().__init__("The answer was stopped; the message is kept.")


class RunningTurns:
    """Turns that run in this process, by dialog; the dialog's lock allows one at a time."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[Any]] = {}

    async def run(self, name: str, work: Coroutine[Any, Any, T]) -> T:
        """Raises Stopped if `stop` ended it; a cancelled caller cancels the work."""
        task = asyncio.create_task(work)
        self._running[name] = task
        try:
            return await task
        except asyncio.CancelledError:
            caller = asyncio.current_task()
            if caller is not None and caller.cancelling():
                raise
            raise Stopped from None
        finally:
            del self._running[name]

    def stop(self, name: str) -> bool:
        """False if nothing of this name runs in this process. What a tool has begun is not undone."""
        task = self._running.get(name)
        return task is not None and task.cancel()

    def runs(self, name: str) -> bool:
        return name in self._running


class Admission:
    """`limit`: turns of one dialog that may wait, including the one that runs. `most` run at once."""

    def __init__(self, limit: int, most: int = 512) -> None:
        self._limit = limit
        self._most = most
        self._running = 0
        self._inside: Counter[str] = Counter()
        self._empty = asyncio.Event()
        self._empty.set()
        self.draining = False

    @asynccontextmanager
    async def enter(self, dialog_id: str, limited: bool = True) -> AsyncIterator[None]:
        """Raises ShuttingDown, and DialogBusy if `limited`; operators are not limited."""
        if self.draining:
            raise ShuttingDown
        if limited and self._inside[dialog_id] >= self._limit:
            raise DialogBusy(dialog_id)
        self._inside[dialog_id] += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._leave(dialog_id)

    @contextmanager
    def run(self, limited: bool = True) -> Iterator[None]:
        """The caller has the dialog's lock: what waits for one keeps nobody else out. Raises ServiceBusy."""
        if limited and self._running >= self._most:
            raise ServiceBusy
        self._running += limited
        try:
            yield
        finally:
            self._running -= limited

    async def drain(self, grace: float) -> bool:
        """Admit nothing new and wait up to `grace` seconds for what runs; True once everything has ended."""
        self.draining = True
        try:
            async with asyncio.timeout(grace):
                await self._empty.wait()
        except TimeoutError:
            return False
        return True

    def _leave(self, dialog_id: str) -> None:
        self._inside[dialog_id] -= 1
        if not self._inside[dialog_id]:
            del self._inside[dialog_id]
        if not self._inside:
            self._empty.set()


@dataclass(frozen=True)
class DialogAccess:
    """A dialog is read once, under its lock; whoever changes it writes it before leaving the block."""

    store: DialogStore
    admission: Admission
    effects: EffectEvents = field(default_factory=EffectEvents)

    @asynccontextmanager
    async def exclusive(self, dialog_id: str, limited: bool = False) -> AsyncIterator[Dialog]:
        """Raises ShuttingDown, DialogBusy or ServiceBusy where `limited`, and what the store raises."""
        async with self.admission.enter(dialog_id, limited), self.lock_and_read(dialog_id) as dialog:
            with self.admission.run(limited):
                yield dialog

    @asynccontextmanager
    async def lock_and_read(self, dialog_id: str) -> AsyncIterator[Dialog]:
        """Without admission: works while the service shuts down."""
        async with self.store.lock(dialog_id):
            yield await self._read(dialog_id)

    @asynccontextmanager
    async def creating(self, dialog_id: str) -> AsyncIterator[Dialog | None]:
        """None where there is no such dialog yet."""
        async with self.admission.enter(dialog_id), self.store.lock(dialog_id):
            try:
                known = await self._read(dialog_id)
            except DialogNotFound:
                known = None
            with self.admission.run():
                yield known

    async def _read(self, dialog_id: str) -> Dialog:
        """Under the lock a pending line is one that a crash cut: what its tools did has no events yet."""
        dialog = await self.store.read(dialog_id)
        if dialog.pending():
            await self.effects.catch_up(dialog)
        return dialog
