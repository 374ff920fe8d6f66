"""One guard around a provider: total deadline, one retry loop, retry budget, breaker, and clean errors."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Self, TypeVar

import stamina
import structlog
from langchain_core.outputs import ChatGenerationChunk, ChatResult

from app.adapters.llm.breaker import Breaker, BreakerState, RetryBudget
from app.adapters.llm.failures import CONVERSION, FAILURES, Failed, kind_of, places_of, translate
from app.adapters.llm.replies import StreamCheck, check_result
from app.core.exceptions import ProviderError

log = structlog.get_logger()
T = TypeVar("T")
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
        self._why = ProviderError()

    @property
    def state(self) -> BreakerState:
        return self.breaker.state

    async def ask(self, send: Callable[[], Awaitable[ChatResult]], tools: frozenset[str]) -> ChatResult:
        """A plain reply that can be used. `tools` are the names that it may call."""

        async def checked() -> ChatResult:
            return check_result(await send(), tools)

        result = await _plainly(self._attempts(checked, self._begin()))
        self.breaker.succeeded()
        return result

    async def stream(self, start: Callable[[], Chunks], tools: frozenset[str]) -> Chunks:
        """Retried until the first token or tool call; what breaks later is the caller's to reset."""
        until = self._begin()
        opened = await _plainly(self._attempts(lambda: _Stream(start(), tools).opened(), until))
        try:
            for chunk in opened.head:
                yield chunk
            while (following := await _plainly(self._step(opened.following, until))) is not None:
                yield following
            self.breaker.succeeded()
        finally:
            await opened.chunks.aclose()

    def _begin(self) -> float:
        """The moment of the deadline. Raises the reason of the pause while the breaker is open."""
        if not self.breaker.admits():
            paused = type(self._why)(f"{self._why.detail or 'no answer'}; calls are paused")
            paused.retry_after = max(1, round(self.breaker.wait))
            raise paused
        self.budget.earn()
        return asyncio.get_running_loop().time() + self.deadline

    async def _attempts(self, attempt: Callable[[], Awaitable[T]], until: float) -> T:
        policy = _Again(self, until)
        async for tried in stamina.retry_context(on=policy, attempts=ATTEMPTS, timeout=None):
            with tried:
                return await self._step(attempt, until)
        raise AssertionError("stamina returns or raises")

    async def _step(self, step: Callable[[], Awaitable[T]], until: float) -> T:
        """Raises Failed, after the breaker has been told."""
        try:
            async with asyncio.timeout_at(until):
                return await step()
        except FAILURES as problem:
            failed = translate(problem)
            where = {"at": places_of(problem)} if isinstance(problem, CONVERSION) else {}
            log.warning("provider_attempt_failed", kind=kind_of(problem), detail=failed.error.detail, **where)
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


class _Stream:
    """A stream and what was read of it before its first token."""

    def __init__(self, chunks: Chunks, tools: frozenset[str]) -> None:
        self.chunks = chunks
        self.head: list[ChatGenerationChunk] = []
        self._check = StreamCheck(tools)
        self._ended = False

    async def opened(self) -> Self:
        while not self._check.has_content:
            chunk = await self.following()
            if chunk is not None:
                self.head.append(chunk)
        return self

    async def following(self) -> ChatGenerationChunk | None:
        """The next chunk; after the provider's last one our own closing chunk, then None."""
        if self._ended:
            return None
        async for chunk in self.chunks:
            return self._check.pass_on(chunk)
        self._ended = True
        return self._check.last()


async def _plainly(work: Awaitable[T]) -> T:
    try:
        return await work
    except Failed as failed:
        error = failed.error
    raise error
