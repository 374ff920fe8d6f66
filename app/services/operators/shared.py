"""One computation for all who ask the same thing as of the same version."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")
KEPT = 100
REST = 9.0  # a computation is not begun again before this many times its own length
LEAST = 1.0  # nor before so many seconds


@dataclass
class _Kept:
    version: int
    task: asyncio.Task[Any]
    until: float = 0.0


@dataclass
class Shared:
    """However many watch and however fast things change, it takes at most a tenth of one processor."""

    timer: Callable[[], float] = time.monotonic
    rest: float = REST
    least: float = LEAST
    _kept: dict[Hashable, _Kept] = field(default_factory=dict, init=False)

    async def get(self, key: Hashable, version: int, make: Callable[[], Awaitable[T]]) -> tuple[int, T]:
        """With the version it is of: an older one than asked for while a newer is not yet due.

        Failures are told to those who wait, and not kept.
        """
        kept = self._kept.get(key)
        if kept is None or (kept.task.done() and self._is_old(kept, version)):
            kept = self._kept[key] = _Kept(version, asyncio.create_task(self._made(key, make)))
            self._forget()
        return kept.version, await asyncio.shield(kept.task)

    def _is_old(self, kept: _Kept, version: int) -> bool:
        failed = kept.task.cancelled() or kept.task.exception() is not None
        return failed or (kept.version != version and self.timer() >= kept.until)

    async def _made(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        began = self.timer()
        made = await make()
        now = self.timer()
        if kept := self._kept.get(key):
            kept.until = now + max(self.least, self.rest * (now - began))
        return made

    def _forget(self) -> None:
        """The oldest that nobody waits for."""
        many = max(0, len(self._kept) - KEPT)
        for key in [key for key, kept in self._kept.items() if kept.task.done()][:many]:
            del self._kept[key]
