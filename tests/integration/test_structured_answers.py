"""ask_structured against servers of all strengths."""

from __future__ import annotations

import gc
from typing import Literal

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import BaseModel

from app.agents import structured_output
from app.agents.structured_output import ask_structured
from app.core.exceptions import ProviderRefused, ProviderReplyInvalid
from tests.support.mock_llm import MockProvider
from tests.support.provider import provider_at

pytestmark = pytest.mark.anyio

LINES = [SystemMessage("You route."), HumanMessage("Сколько стоит тариф?")]
MODES = ["json_schema", "tools", "json_object"]


class Route(BaseModel):
    """Where the customer goes."""

    agent: Literal["tech_support", "sales", "supervisor"]
    confidence: float


@pytest.mark.parametrize("weakness", range(4), ids=["json_schema", "function_calling", "json_mode", "prompt"])
async def test_a_weaker_server_is_asked_in_the_next_mode_and_the_mode_is_remembered(
    mock: MockProvider, weakness: int
) -> None:
    mock.config.refuse = frozenset(MODES[:weakness])
    async with provider_at(mock.url) as model:
        value, message = await ask_structured(model, LINES, Route)
        assert mock.attempts == weakness + 1
        await ask_structured(model, LINES, Route)
    assert value == Route(agent="sales", confidence=0.9)
    assert message.usage_metadata is not None
    assert mock.attempts == weakness + 2


@pytest.mark.parametrize("fault", ["wrong_label", "label_with_prose"])
@pytest.mark.parametrize("weakness", range(4), ids=["json_schema", "function_calling", "json_mode", "prompt"])
async def test_a_label_that_is_not_ours_is_never_guessed(
    mock: MockProvider, fault: str, weakness: int
) -> None:
    mock.config.refuse = frozenset(MODES[:weakness])
    async with provider_at(mock.url) as model:
        await ask_structured(model, LINES, Route)
        before, mock.config.fault = mock.attempts, fault
        with pytest.raises(ProviderReplyInvalid) as caught:
            await ask_structured(model, LINES, Route)
    assert caught.value.detail == "unparsed"
    assert mock.attempts == before + 2


async def test_one_bad_label_is_asked_again_and_both_tries_are_counted(mock: MockProvider) -> None:
    async with provider_at(mock.url) as model:
        _, first = await ask_structured(model, LINES, Route)
        mock.config.fault, mock.config.fault_count = "wrong_label", 1
        value, both = await ask_structured(model, LINES, Route)
    assert value.agent == "sales"
    assert first.usage_metadata is not None
    assert both.usage_metadata is not None
    assert both.usage_metadata["input_tokens"] == 2 * first.usage_metadata["input_tokens"]


async def test_second_tries_stay_within_their_budget(mock: MockProvider) -> None:
    mock.config.fault = "wrong_label"
    async with provider_at(mock.url) as model:
        for _ in range(40):
            with pytest.raises(ProviderReplyInvalid):
                await ask_structured(model, LINES, Route)
    assert mock.attempts <= 40 * 1.2


async def test_a_wrong_model_name_is_not_asked_for_four_times_each(mock: MockProvider) -> None:
    mock.config.fault = "404"
    async with provider_at(mock.url) as model:
        for _ in range(40):
            with pytest.raises(ProviderRefused):
                await ask_structured(model, LINES, Route)
        assert mock.attempts <= 40 * 1.2
        mock.config.fault = None
        value, _ = await ask_structured(model, LINES, Route)
    assert value.agent == "sales"


async def test_a_wrong_key_is_not_taken_for_a_weak_server(mock: MockProvider) -> None:
    mock.config.fault = "401"
    async with provider_at(mock.url) as model:
        with pytest.raises(ProviderRefused):
            await ask_structured(model, LINES, Route)
    assert mock.attempts == 1


@pytest.mark.parametrize("fault", ["broken_tool_arguments", "unknown_tool", "null_content", "length"])
async def test_a_malformed_reply_is_an_error_and_not_a_route(mock: MockProvider, fault: str) -> None:
    async with provider_at(mock.url) as model:
        mock.config.fault = fault
        with pytest.raises(ProviderReplyInvalid):
            await ask_structured(model, LINES, Route)


async def test_a_model_that_is_gone_is_forgotten(mock: MockProvider) -> None:
    gc.collect()
    before = len(structured_output._MEMORIES)
    async with provider_at(mock.url) as model:
        await ask_structured(model, LINES, Route)
    del model
    gc.collect()
    assert len(structured_output._MEMORIES) <= before
