"""The healthy provider: text, streams, tools, schemas and usage, and the mock's own endpoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import httpx2
import pytest
from langchain_core.messages import AIMessage, AIMessageChunk
from pydantic import BaseModel

from app.adapters.mocks.llm.server import MockConfig
from app.adapters.openai.client import openai_model
from app.core.config import Settings
from app.core.exceptions import ProviderError, ProviderReplyInvalid
from tests.support.mock_llm import MockProvider
from tests.support.provider import CANARY, provider_at

pytestmark = pytest.mark.anyio


class Route(BaseModel):
    """Where the customer goes."""

    agent: Literal["tech_support", "sales", "supervisor"]
    confidence: float


class Lookup(BaseModel):
    """Look up an order."""

    number: int


async def post(mock: MockProvider, path: str, body: object, **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient() as client:
        return await client.post(f"{mock.url}{path}", json=body, headers=headers)


async def test_a_plain_reply_carries_its_usage_and_model(mock: MockProvider) -> None:
    async with provider_at(mock.url) as model:
        reply = await model.ainvoke("Привет")
    assert reply.text == "Mock reply to: Привет"
    assert reply.usage_metadata is not None
    assert reply.usage_metadata["total_tokens"] > 0
    assert reply.response_metadata["model_name"] == "gpt-4o-mini"


@pytest.mark.parametrize("fault", [None, "no_usage"])
async def test_a_stream_ends_with_usage_where_the_server_tells_it(
    mock: MockProvider, fault: str | None
) -> None:
    mock.config.fault = fault
    async with provider_at(mock.url) as model:
        chunks = [chunk async for chunk in model.astream("Привет, как дела?")]
    whole = sum_of(chunks)
    assert whole.text == "Mock reply to: Привет, как дела?"
    assert [bool(chunk.usage_metadata) for chunk in chunks].count(True) == (fault is None)
    assert whole.response_metadata["finish_reason"] == "stop"
    assert chunks[-1].chunk_position == "last"


async def test_a_line_separator_inside_of_a_word_does_not_cut_the_stream(mock: MockProvider) -> None:
    mock.state.script.append({"text": "one\u2028two\x85three"})
    async with provider_at(mock.url) as model:
        assert sum_of([chunk async for chunk in model.astream("hi")]).text == "one\u2028two\x85three"


async def test_a_doubled_end_of_a_stream_counts_usage_once(mock: MockProvider) -> None:
    async with provider_at(mock.url) as model:
        mock.state.script.extend([{"text": "ok"}, {"text": "ok", "fault": "duplicate_chunks"}])
        once = sum_of([chunk async for chunk in model.astream("hi")])
        twice = sum_of([chunk async for chunk in model.astream("hi")])
    assert twice.usage_metadata == once.usage_metadata
    assert twice.response_metadata["finish_reason"] == "stop"


@pytest.mark.parametrize("streaming", [False, True], ids=["plain", "stream"])
async def test_a_scripted_tool_call_arrives_with_its_arguments(mock: MockProvider, streaming: bool) -> None:
    await post(mock, "/../mock/script", [{"tool_calls": [{"name": "Lookup", "arguments": {"number": 7}}]}])
    async with provider_at(mock.url) as model:
        bound = model.bind_tools([Lookup])
        reply = sum_of([c async for c in bound.astream("?")]) if streaming else await bound.ainvoke("?")
    assert [(call["name"], call["args"]) for call in reply.tool_calls] == [("Lookup", {"number": 7})]


@pytest.mark.parametrize("streaming", [False, True], ids=["plain", "stream"])
async def test_a_call_of_a_tool_that_was_not_offered_is_refused(mock: MockProvider, streaming: bool) -> None:
    mock.state.script.append({"tool_calls": [{"name": "delete_everything"}]})
    async with provider_at(mock.url) as model:
        bound = model.bind_tools([Lookup])
        with pytest.raises(ProviderReplyInvalid, match="unknown tool"):
            sum_of([c async for c in bound.astream("?")]) if streaming else await bound.ainvoke("?")


@pytest.mark.parametrize("streaming", [False, True], ids=["plain", "stream"])
async def test_a_length_limit_without_a_word_is_refused(mock: MockProvider, streaming: bool) -> None:
    mock.state.script.append({"text": "", "finish_reason": "length"})
    async with provider_at(mock.url) as model:
        with pytest.raises(ProviderReplyInvalid, match="length"):
            [c async for c in model.astream("?")] if streaming else await model.ainvoke("?")


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
async def test_structured_output_works_natively(
    mock: MockProvider, method: Literal["json_schema", "function_calling"]
) -> None:
    async with provider_at(mock.url) as model:
        chain = model.with_structured_output(Route, method=method, include_raw=True)
        reply = await chain.ainvoke("I want a refund!")
    assert isinstance(reply, dict)
    assert reply["parsed"] == Route(agent="supervisor", confidence=0.9)
    assert reply["raw"].usage_metadata["total_tokens"] > 0


async def test_the_settings_reach_the_server_and_the_key_stays_out_of_the_log(mock: MockProvider) -> None:
    settings = Settings(openai_base_url=mock.url, openai_model="tiny", temperature=0.1, max_tokens=55)
    model = openai_model(settings)
    await model.ainvoke("hi")
    await model.aclose()
    async with provider_at(mock.url) as keyed, httpx2.AsyncClient() as client:
        await keyed.ainvoke("hi")
        log = await client.get(f"{mock.url}/../mock/requests")
    sent = log.json()["bodies"][0]
    assert (sent["model"], sent["temperature"], sent["max_tokens"]) == ("tiny", 0.1, 55)
    assert log.json()["count"] == 2
    assert CANARY not in log.text


async def test_the_model_is_asynchronous_only(mock: MockProvider) -> None:
    async with provider_at(mock.url) as model:
        with pytest.raises(NotImplementedError):
            model.invoke("hi")


async def test_a_fault_can_be_asked_for_by_header(mock: MockProvider) -> None:
    body = {"messages": [{"role": "user", "content": "hi"}]}
    reply = await post(mock, "/chat/completions", body, **{"X-Mock-Fault": "429_retry_after"})
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "1")
    healthy = await post(mock, "/chat/completions", body, **{"X-Mock-Latency": "0.01"})
    assert healthy.json()["choices"][0]["message"]["content"] == "Mock reply to: hi"


async def test_the_script_and_the_log_can_be_cleared(mock: MockProvider) -> None:
    await post(mock, "/../mock/script", [{"text": "one"}, {"fault": "500"}, {"structured": {"a": 1}}])
    async with httpx2.AsyncClient() as client:
        await client.delete(f"{mock.url}/../mock")
    assert not mock.state.script
    assert mock.attempts == 0


async def test_scripted_replies_come_in_order(mock: MockProvider) -> None:
    await post(mock, "/../mock/script", [{"text": "one"}, {"fault": "404"}, {"structured": {"a": 1}}])
    async with provider_at(mock.url) as model:
        assert (await model.ainvoke("hi")).text == "one"
        with pytest.raises(ProviderError):
            await model.ainvoke("hi")
        assert (await model.ainvoke("hi")).text == '{"a": 1}'


async def test_models_and_embeddings_are_served(mock: MockProvider) -> None:
    async with httpx2.AsyncClient() as client:
        models = await client.get(f"{mock.url}/models")
    vectors = (await post(mock, "/embeddings", {"input": ["a", "b", "a"]})).json()["data"]
    assert models.json()["data"][0]["id"] == "mock-model"
    assert vectors[0]["embedding"] == vectors[2]["embedding"] != vectors[1]["embedding"]


def test_an_unknown_fault_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="unknown fault 'nonsense'"):
        MockConfig(fault="nonsense")


def sum_of(chunks: Sequence[AIMessage]) -> AIMessageChunk:
    parts = [chunk for chunk in chunks if isinstance(chunk, AIMessageChunk)]
    return parts[0] + parts[1:]


async def test_a_query_in_the_address_goes_with_every_call_and_a_local_server_is_never_called_by_a_proxy(
    mock: MockProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with provider_at(f"{mock.url}?api-version=1") as model:
        assert (await model.ainvoke("hi")).text == "Mock reply to: hi"
