"""Turns that run in this process, and how somebody stops one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from app.core.exceptions import CallCenterError

T = TypeVar("T")


class Stopped(CallCenterError):
    status = 409
    code = "stopped"

    def __init__(self) -> None:
        super().__init__("It was stopped; what was said is kept.")


class Stops:
    """Of one dialog one turn runs at a time: the dialog's lock sees to it."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[Any]] = {}

    async def run(self, name: str, work: Coroutine[Any, Any, T]) -> T:
        """Raises Stopped where `stop` ended it; if the caller is cancelled, so is the work."""
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
        """False where nothing of this name runs here. What a tool has begun is not taken back."""
        task = self._running.get(name)
        return task is not None and task.cancel()

    def runs(self, name: str) -> bool:
        return name in self._running
