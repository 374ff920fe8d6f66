"""Tells those who watch that some dialog has changed. What changed they ask themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from app.core.dialog import Dialog
from app.core.exceptions import CallCenterError
from app.core.ports import DialogQuery, DialogRow, DialogStore

EVERY = 1.5  # seconds between looks at what other processes have written
APART = 0.05  # seconds between two watchers who are answered, so that customers' turns come in between


@dataclass(eq=False)
class Changes:
    """`look` gives the mark of the latest change, so that what other processes write is noticed; it is
    asked only while somebody waits. From `ending` on nobody is kept waiting, so that the server can stop.
    """

    look: Callable[[], Awaitable[object]]
    ending: Callable[[], bool] = lambda: False
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    apart: float = APART
    version: int = 1
    _waiting: set[asyncio.Future[None]] = field(default_factory=set, init=False)
    _door: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _looker: asyncio.Task[None] | None = field(default=None, init=False)
    _seen: object = field(default=None, init=False)

    @property
    def watchers(self) -> int:
        return len(self._waiting)

    def tell(self, mark: object) -> None:
        """Something was written. On the event loop, as stores are used."""
        self.version += 1
        self._seen = mark
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def after(self, seen: int, seconds: float) -> int:
        """The version once it is another than `seen`, or after so many `seconds`."""
        if self.version == seen and not self.ending():
            await self._told(seconds)
        await self._one_by_one()
        return self.version

    async def _told(self, seconds: float) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        if self._looker is None or self._looker.done():
            self._looker = asyncio.create_task(self._look(), name="changes")
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await waiter
        finally:
            self._waiting.discard(waiter)
            if not self._waiting and self._looker:
                self._looker.cancel()
                self._looker = None

    async def _one_by_one(self) -> None:
        if self.apart and not self.ending():
            async with self._door:
                await self.pause(self.apart)

    async def _look(self) -> None:
        """What was seen last is remembered from one watcher to the next, so that nothing falls between."""
        if self._seen is None:
            self._seen = await self._found()
        while self._waiting:
            found = await self._found()
            if found != self._seen or self.ending():
                self.tell(found)
            await self.pause(EVERY)

    async def _found(self) -> object:
        """A store that cannot be read has not changed."""
        try:
            return await self.look()
        except CallCenterError:
            return self._seen


def mark_of(dialog: Dialog | DialogRow) -> object:
    return dialog.dialog_id, dialog.updated_at


async def latest(store: DialogStore) -> object:
    """The mark of the dialog that changed last."""
    rows = (await store.find(DialogQuery(limit=1))).rows
    return mark_of(rows[0]) if rows else ()
