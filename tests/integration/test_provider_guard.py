"""Deadline, budget, breaker and Retry-After of the guard, over real HTTP."""

from __future__ import annotations

import asyncio

import pytest

from app.adapters.openai.breaker import Breaker
from app.adapters.openai.guard import Guard
from app.core.exceptions import ProviderError, ProviderRefused
from tests.support.mock_llm import MockProvider
from tests.support.provider import ask, provider_at

pytestmark = pytest.mark.anyio


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("fault", ["500", "429", "stream_cut", "html_200", "401"])
@pytest.mark.parametrize("streaming", [False, True], ids=["plain", "stream"])
async def test_the_breaker_opens_within_ten_failures_and_spares_the_provider(
    mock: MockProvider, fault: str, streaming: bool
) -> None:
    mock.config.fault = fault
    async with provider_at(mock.url) as model:
        outcomes = [await ask(model, "a b c d", streaming) for _ in range(40)]
        assert model.guard.state == "open"
    assert mock.attempts <= 10
    last = outcomes[-1]
    assert isinstance(last, ProviderError)
    assert "calls are paused" in str(last)
    assert last.retry_after is not None


async def test_the_pause_keeps_the_kind_of_its_reason(mock: MockProvider) -> None:
    mock.config.fault = "401"
    async with provider_at(mock.url) as model:
        outcomes = [await ask(model, "hello", False) for _ in range(12)]
    assert {type(outcome) for outcome in outcomes} == {ProviderRefused}


@pytest.mark.parametrize("fault", ["400", "403", "404", "413", "content_filter", "unknown_tool"])
async def test_what_may_be_about_one_message_never_opens_the_breaker(mock: MockProvider, fault: str) -> None:
    mock.config.fault = fault
    async with provider_at(mock.url) as model:
        for _ in range(12):
            await ask(model, "hello", False)
        assert model.guard.state == "closed"
    assert mock.attempts == 12


@pytest.mark.parametrize("streaming", [False, True], ids=["plain", "stream"])
async def test_the_breaker_closes_when_the_provider_is_well_again(
    mock: MockProvider, streaming: bool
) -> None:
    clock = Clock()
    guard = Guard(5.0, Breaker(threshold=4, recovery=10, clock=clock))
    mock.config.fault = "500"
    async with provider_at(mock.url, guard=guard) as model:
        for _ in range(5):
            await ask(model, "hello", streaming)
        assert guard.state == "open"
        mock.config.fault, clock.now = None, 10.0
        assert str(guard.state) == "half_open"
        assert await ask(model, "hello", streaming) == "Mock reply to: hello"
        assert str(guard.state) == "closed"


async def test_only_one_probe_goes_out_and_it_is_not_retried(mock: MockProvider) -> None:
    clock = Clock()
    guard = Guard(5.0, Breaker(threshold=4, recovery=10, clock=clock))
    mock.config.fault = "500"
    async with provider_at(mock.url, guard=guard) as model:
        for _ in range(5):
            await ask(model, "hello", False)
        before, clock.now = mock.attempts, 10.0
        await asyncio.gather(*(ask(model, "hello", False) for _ in range(20)))
    assert mock.attempts == before + 1
    assert guard.state == "open"


@pytest.mark.parametrize("streaming", [False, True], ids=["plain", "stream"])
async def test_retries_stay_within_their_budget_under_steady_failure(
    mock: MockProvider, streaming: bool
) -> None:
    mock.config.fault = "503"
    async with provider_at(mock.url, guard=Guard(5.0, Breaker(threshold=10**6))) as model:
        for _ in range(60):
            await ask(model, "hello", streaming)
    assert 60 < mock.attempts <= 60 * 1.2


async def test_retry_after_is_honoured_while_time_remains(mock: MockProvider) -> None:
    mock.config.fault, mock.config.fault_count, mock.config.retry_after = "429_retry_after", 1, 2
    async with provider_at(mock.url, deadline=5) as model:
        assert await ask(model, "hello", False) == "Mock reply to: hello"
    assert mock.attempts == 2


async def test_a_longer_retry_after_is_told_to_the_caller(mock: MockProvider) -> None:
    mock.config.fault, mock.config.retry_after = "429_retry_after", 100
    async with provider_at(mock.url, deadline=5) as model:
        outcome = await ask(model, "hello", False)
    assert isinstance(outcome, ProviderError)
    assert outcome.retry_after == 100
    assert mock.attempts == 1


async def test_a_stream_that_its_reader_leaves_frees_the_connection(mock: MockProvider) -> None:
    mock.config.fault = "slow_drip"
    async with provider_at(mock.url) as model:
        stream = model.astream("hello")
        async for chunk in stream:
            if chunk.text:
                break
        await stream.aclose()  # type: ignore[attr-defined]
        mock.config.fault = None
        assert await ask(model, "hello", True) == "Mock reply to: hello"


async def test_256_calls_at_once_are_all_answered(mock: MockProvider) -> None:
    mock.config.latency = 0.1
    async with provider_at(mock.url, deadline=20) as model:
        outcomes = await asyncio.gather(*(ask(model, str(n), False) for n in range(256)))
    assert outcomes == [f"Mock reply to: {n}" for n in range(256)]
    assert mock.attempts == 256
