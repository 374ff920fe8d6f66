"""A run of an evaluation that goes on whoever looks at it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from app.core.exceptions import CallCenterError

log = logging.getLogger(__name__)
EVERY = 0.3  # seconds between two pieces of news
State = Literal["running", "done", "interrupted", "failed"]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Progress:
    """`rate` is cases a second, `left` seconds, None until known; `problem` says why it failed."""

    run_id: str
    state: State = "running"
    done: int = 0
    total: int = 0
    rate: float | None = None
    left: float | None = None
    problem: str = ""


@dataclass(eq=False)
class Job:
    """`clock` is monotonic. On the event loop."""

    run_id: str
    clock: Clock
    now: Progress = field(init=False)
    task: asyncio.Task[Any] | None = field(default=None, init=False)
    _began: tuple[float, int] | None = field(default=None, init=False)
    _told: float = field(default=float("-inf"), init=False)
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def __post_init__(self) -> None:
        self.now = Progress(self.run_id)

    @property
    def running(self) -> bool:
        return self.now.state == "running"

    def tell(self, done: int, total: int) -> None:
        """Those who follow hear of it, but not more often than a person can read."""
        at = self.clock()
        began, before = self._began = self._began or (at, done)
        rate = (done - before) / (at - began) if at > began and done > before else None
        left = (total - done) / rate if rate else None
        self.now = replace(self.now, done=done, total=total, rate=rate, left=left)
        if at - self._told >= EVERY:
            self._told = at
            self._announce()

    def end(self, task: asyncio.Task[Any]) -> None:
        """The last news; what went wrong is kept in words."""
        if task.cancelled():
            self.now = replace(self.now, state="interrupted")
        elif (error := task.exception()) is None:
            self.now = replace(self.now, state="done")
        else:
            log.error("run %s failed", self.run_id, exc_info=error)
            problem = str(error) if isinstance(error, CallCenterError | OSError) else type(error).__name__
            self.now = replace(self.now, state="failed", problem=problem)
        self._announce()

    async def follow(self) -> AsyncIterator[Progress]:
        """How it stands, then each change; ends with the run."""
        while True:
            news = self._news
            yield self.now
            if not self.running:
                return
            await news.wait()

    def _announce(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
