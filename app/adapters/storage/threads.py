"""Blocking work off the event loop that is never left half-done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

from app.core.threads import Threads

STORAGE, INDEX = Threads("storage", 8), Threads("index", 2)
P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
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
