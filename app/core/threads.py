"""Blocking work off the event loop, each kind on threads of its own: one that is slow stops no other."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from threading import BoundedSemaphore
from typing import Any, ParamSpec, TypeVar

from app.core.exceptions import SearchesBusy

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    """`waiting`: how many may wait for a thread; without it as many as come, none of them holding one."""

    def __init__(self, name: str, count: int, waiting: int | None = None) -> None:
        self.count, self.waiting = count, waiting
        self._pool = ThreadPoolExecutor(count, name)
        self._places = None if waiting is None else BoundedSemaphore(count + waiting)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `asyncio.to_thread`. Raises SearchesBusy where too many wait."""
        if self._places and not self._places.acquire(blocking=False):
            raise SearchesBusy
        future = self._pool.submit(partial(copy_context().run, work, *args, **kwargs))
        future.add_done_callback(lambda _: self._places.release() if self._places else None)
        return await asyncio.wrap_future(future)


CORES = os.cpu_count() or 1
TURNS = Threads("turns", max(4, CORES))
"""Routing and looking up for customers' turns."""
SEARCHES = Threads("searches", max(1, CORES // 2), waiting=8)
"""What strangers ask for outside a dialog: it leaves half of the processors to turns."""

STORAGE, INDEX = Threads("storage", 8), Threads("index", 2)
OFFICE_THREADS = 8
in_office = Threads("back-office", OFFICE_THREADS).run


async def in_storage(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `work` to its end even when the caller is cancelled meanwhile.

    Otherwise a lock could be released while a thread still writes under it.
    """
    return await _to_the_end(STORAGE.run(work, *args, **kwargs))


async def in_index(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Lists read one after another and may be long: who only reads and writes a dialog is not behind them."""
    return await _to_the_end(INDEX.run(work, *args, **kwargs))


async def _to_the_end(work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        if not task.cancelled():
            task.exception()
        raise
