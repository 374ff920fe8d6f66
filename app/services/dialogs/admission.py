"""Who may begin a turn: not too many waiting for one dialog, nobody while the service shuts down."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.core.exceptions import DialogBusy, ShuttingDown


class Gate:
    """`limit` is how many may wait in one dialog, the one being served included."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._inside: Counter[str] = Counter()
        self._empty = asyncio.Event()
        self._empty.set()
        self.draining = False

    @asynccontextmanager
    async def enter(self, dialog_id: str, limited: bool = True) -> AsyncIterator[None]:
        """Raises ShuttingDown, and DialogBusy where `limited`: people of the house are not turned away."""
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

    async def drain(self, grace: float) -> bool:
        """Let nobody in and wait up to `grace` seconds for those inside; True when all have left."""
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
