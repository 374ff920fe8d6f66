"""Blocking work off the event loop, each kind on threads of its own: one that is slow stops no other.

The back office is asked on threads of its own: one that does not answer stops nothing else.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from threading import BoundedSemaphore
from typing import ParamSpec, TypeVar

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


THREADS = 8
in_office = Threads("back-office", THREADS).run
