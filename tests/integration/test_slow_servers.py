"""A server that is slow but alive is not down: what bounds the wait, and what does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.adapters.openai.client import GuardedChatOpenAI, openai_model
from app.core.config import Settings
from app.core.exceptions import ProviderError, ProviderTimeout
from tests.support.mock_llm import MockProvider
from tests.support.provider import ask, provider_at

pytestmark = pytest.mark.anyio

WORDS = "Why is it slow"


@asynccontextmanager
async def waiting(mock: MockProvider, total: float, first_token: float) -> AsyncIterator[GuardedChatOpenAI]:
    model = openai_model(
        Settings(openai_base_url=mock.url, model_timeout=total, model_first_token=first_token)
    )
    try:
        yield model
    finally:
        await model.aclose()


async def test_a_stream_that_drips_past_the_deadline_is_late_and_speaks_against_nobody(
    mock: MockProvider,
) -> None:
    mock.config.fault = "slow_drip"
    async with provider_at(mock.url, deadline=0.15) as model:
        for _ in range(9):
            outcome = await ask(model, WORDS, streaming=True)
            assert isinstance(outcome, ProviderTimeout)
            assert outcome.detail == "slow"
        assert model.guard.state == "closed"
        assert not model.guard.breaker.failing
        mock.config.fault = None
        model.guard.deadline = 5
        assert await ask(model, WORDS, streaming=True) == f"Mock reply to: {WORDS}"


async def test_a_silent_server_still_opens_the_breaker(mock: MockProvider) -> None:
    mock.config.fault = "read_timeout"
    async with provider_at(mock.url, deadline=0.05) as model:
        for _ in range(9):
            assert isinstance(await ask(model, WORDS, streaming=True), ProviderError)
        assert model.guard.state == "open"


@pytest.mark.parametrize("habit", ["slow", "slow_pings"])
async def test_a_drip_within_the_total_goes_on_longer_than_the_first_token_may_take(
    mock: MockProvider, habit: str
) -> None:
    mock.config.habit, mock.config.drip = habit, 0.15
    async with waiting(mock, total=30, first_token=1.0) as model:
        assert await ask(model, WORDS, streaming=True) == f"Mock reply to: {WORDS}"
    assert mock.attempts == 1


async def test_silence_before_the_first_token_ends_an_attempt_and_not_the_call(mock: MockProvider) -> None:
    mock.config.fault, mock.config.fault_count = "read_timeout", 1
    async with waiting(mock, total=30, first_token=0.2) as model:
        assert await ask(model, WORDS, streaming=True) == f"Mock reply to: {WORDS}"
    assert mock.attempts == 2


async def test_a_plain_reply_may_take_as_long_as_the_whole_call(mock: MockProvider) -> None:
    mock.config.latency = 0.3
    async with waiting(mock, total=30, first_token=0.05) as model:
        assert await ask(model, WORDS, streaming=False) == f"Mock reply to: {WORDS}"
    assert mock.attempts == 1
