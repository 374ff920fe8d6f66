"""The embedded model as a chat model: streams, usage, tool calls."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage

from tests.unit.engines.offline.test_model import SALES, answer, model, setting, tools

pytestmark = pytest.mark.anyio


async def test_a_stream_says_the_same_and_ends_with_an_empty_chunk_that_carries_usage() -> None:
    messages = [
        setting(SALES, "ru", passages=[("password-reset", 0.9)]),
        HumanMessage("как восстановить пароль?"),
    ]
    whole = answer(messages)
    chunks = [chunk async for chunk in model().astream(messages)]
    assert "".join(c.text for c in chunks) == whole.text
    assert all(c.text and c.usage_metadata is None for c in chunks[:-1])
    last = chunks[-1]
    assert isinstance(last, AIMessageChunk)
    assert (last.text, last.usage_metadata, last.chunk_position) == ("", whole.usage_metadata, "last")
    assert last.response_metadata["citations"] == ["password-reset"]


def test_usage_counts_both_sides_and_the_plain_stream_agrees() -> None:
    messages = [setting(SALES, "en", passages=[("plan-pro", 0.9)]), HumanMessage("how much is pro?")]
    usage = answer(messages).usage_metadata
    assert usage is not None
    assert usage["input_tokens"] > 0
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert list(model().stream(messages))[-1].usage_metadata == usage


async def test_a_hand_over_is_streamed_as_a_tool_call() -> None:
    messages = [setting(SALES, "ru"), HumanMessage("верните деньги за платёж")]
    total: AIMessageChunk | None = None
    async for chunk in model().bind_tools(tools("supervisor")).astream(messages):
        assert isinstance(chunk, AIMessageChunk)
        total = chunk if total is None else total + chunk
    assert total is not None
    assert total.tool_calls[0]["args"]["to"] == "supervisor"
