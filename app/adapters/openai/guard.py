"""One guard around a provider: total deadline, one retry loop, retry budget, breaker, and clean errors."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Protocol, Self, TypeVar

import stamina
import structlog
from langchain_core.outputs import ChatGenerationChunk

from app.adapters.openai.breaker import Breaker, BreakerState, CallRecord, RetryBudget
from app.adapters.openai.failures import CONVERSION, FAILURES, SLOW, Failed, kind_of, places_of, translate
from app.adapters.openai.replies import StreamCheck
from app.adapters.openai.sse import Json
from app.core.exceptions import ProviderError, ProviderTimeout

log = structlog.get_logger()
T = TypeVar("T")
Events = AsyncGenerator[Json, None]
Chunks = AsyncGenerator[ChatGenerationChunk, None]
ATTEMPTS = 3


class Guard:
    """`deadline` is in seconds and covers every attempt and pause of a call, and the whole of a stream.

    Raises ProviderError or a kind of it, never with the provider's own words: neither in the sentence nor in
    the chain of causes. That is why errors are raised outside the `except` blocks that caught them.
    """

    def __init__(
        self, deadline: float, breaker: Breaker | None = None, budget: RetryBudget | None = None
    ) -> None:
        self.deadline = deadline
        self.breaker = breaker or Breaker()
        self.budget = budget or RetryBudget()
        self.record = CallRecord()
        self._why = ProviderError()

    @property
    def state(self) -> BreakerState:
        return self.breaker.state

    async def ask(self, send: Callable[[], Awaitable[T]], tries_form: bool = False) -> T:
        """A plain reply that can be used; `send` raises where it cannot.

        `tries_form`: a refusal is expected where the server does not know that form of a reply.
        """
        with self.record.call(tries_form):
            result = await _plainly(self._attempts(send, self._begin()))
        self.breaker.succeeded()
        return result

    async def stream(self, start: Callable[[], Events], check: Callable[[], StreamCheck]) -> Chunks:
        """Retried until the first token or tool call; what breaks later is the caller's to reset."""
        with self.record.call():
            until, opening = self._begin(), _Opening(start, check)
            opened = await _plainly(self._attempts(opening, until, opening))
            try:
                for chunk in opened.head:
                    yield chunk
                while (following := await _plainly(self._step(opened.following, until, opened))) is not None:
                    yield following
                self.breaker.succeeded()
            finally:
                await opened.events.aclose()

    def _begin(self) -> float:
        """The moment of the deadline. Raises the reason of the pause while the breaker is open."""
        if not self.breaker.admits():
            paused = type(self._why)(f"{self._why.detail or 'no answer'}; calls are paused")
            paused.retry_after = max(1, round(self.breaker.wait))
            raise paused
        self.budget.earn()
        return asyncio.get_running_loop().time() + self.deadline

    async def _attempts(
        self, attempt: Callable[[], Awaitable[T]], until: float, life: _Life | None = None
    ) -> T:
        policy = _Again(self, until)
        async for tried in stamina.retry_context(on=policy, attempts=ATTEMPTS, timeout=None):
            with tried:
                return await self._step(attempt, until, life)
        raise AssertionError("stamina returns or raises")

    async def _step(self, step: Callable[[], Awaitable[T]], until: float, life: _Life | None = None) -> T:
        """Raises Failed, after the breaker was told. Who was still answering at the deadline is not down."""
        deadline = asyncio.timeout_at(until)
        try:
            async with deadline:
                return await step()
        except FAILURES as problem:
            failed = translate(problem)
            where = {"at": places_of(problem)} if isinstance(problem, CONVERSION) else {}
            log.warning("provider_attempt_failed", kind=kind_of(problem), detail=failed.error.detail, **where)
        if deadline.expired() and life is not None and life.alive:
            failed = Failed(ProviderTimeout(SLOW))
        if failed.says_unhealthy:
            self._why = failed.error
            self.breaker.failed()
        else:
            self.breaker.succeeded()
        raise failed


class _Again:
    """Whether, and after how many seconds, to try once more: stamina's back-off hook for one call."""

    def __init__(self, guard: Guard, until: float) -> None:
        self._guard = guard
        self._until = until
        self._tries = 0

    def __call__(self, problem: Exception) -> bool | float:
        self._tries += 1
        if not isinstance(problem, Failed) or not problem.retryable or self._tries == ATTEMPTS:
            return False
        pause = random.uniform(0.05, 0.15) * 2**self._tries if problem.wait is None else problem.wait
        in_time = asyncio.get_running_loop().time() + pause < self._until
        return pause if in_time and self._guard.state == "closed" and self._guard.budget.spend() else False


class _Life(Protocol):
    """`alive`: the server has begun to answer."""

    @property
    def alive(self) -> bool: ...


class _Stream:
    """A stream and what was read of it before its first token."""

    def __init__(self, events: Events, check: StreamCheck) -> None:
        self.events = events
        self.head: list[ChatGenerationChunk] = []
        self._check = check
        self._ended = False

    @property
    def alive(self) -> bool:
        return self._check.alive

    async def open(self) -> Self:
        try:
            while not self._check.has_content:
                chunk = await self.following()
                if chunk is not None:
                    self.head.append(chunk)
        except BaseException:
            await self.events.aclose()
            raise
        return self

    async def following(self) -> ChatGenerationChunk | None:
        """The next chunk; after the provider's last one our own closing chunk, then None."""
        if self._ended:
            return None
        async for event in self.events:
            if chunk := self._check.pass_on(event):
                return chunk
        self._ended = True
        return self._check.last()


class _Opening:
    """Opens a stream at each attempt."""

    def __init__(self, start: Callable[[], Events], check: Callable[[], StreamCheck]) -> None:
        self._start, self._check = start, check
        self._latest: _Stream | None = None

    @property
    def alive(self) -> bool:
        return self._latest is not None and self._latest.alive

    async def __call__(self) -> _Stream:
        self._latest = _Stream(self._start(), self._check())
        return await self._latest.open()


async def _plainly(work: Awaitable[T]) -> T:
    try:
        return await work
    except Failed as failed:
        error = failed.error
    raise error
