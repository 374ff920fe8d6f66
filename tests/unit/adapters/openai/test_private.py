"""One request to the provider and its reply, with placeholders between."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from app.adapters.openai.private import PrivateCall
from app.adapters.openai.sse import Json

PHONE, MAIL = "8 (916) 123-45-67", "ivan@mail.ru"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def request(**more: object) -> Json:
    earlier = tool_call(json.dumps({"phone": PHONE}))
    return {
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": f"{PHONE} {MAIL}"}]},
            {"role": "assistant", "content": None, "tool_calls": [earlier]},
            {"role": "tool", "content": f"written to {MAIL}"},
        ],
        **more,
    }


def tool_call(arguments: str) -> Json:
    return {"id": "c1", "type": "function", "function": {"name": "find", "arguments": arguments}}


async def spoken(call: PrivateCall, pieces: list[str], last: Json) -> tuple[list[str], Json]:
    closed: Json = {}

    async def chunks() -> AsyncIterator[ChatGenerationChunk]:
        for piece in pieces:
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
        closed.update(call.last({"choices": [{"index": 0, "delta": last}]}))
        yield ChatGenerationChunk(
            message=AIMessageChunk(content=closed["choices"][0]["delta"]["content"], chunk_position="last")
        )

    said = [str(chunk.message.content) async for chunk in call.pieces(chunks())]
    return said, closed["choices"][0]["delta"]


def test_words_parts_and_arguments_of_earlier_calls_are_hidden() -> None:
    call = PrivateCall(request(), hides=True)
    assert PHONE not in json.dumps(call.payload)
    assert MAIL not in json.dumps(call.payload)
    first, second, third = call.payload["messages"]
    assert first["content"] == [{"type": "text", "text": "[phone-1] [email-1]"}]
    assert (second["content"], third["content"]) == (None, "written to [email-1]")
    assert json.loads(second["tool_calls"][0]["function"]["arguments"]) == {"phone": "[phone-1]"}


def test_without_hiding_nothing_changes() -> None:
    asked = request()
    call = PrivateCall(asked, hides=False)
    told: Json = {"choices": [{"message": {"content": "[phone-1]"}}]}
    assert call.payload is asked
    assert call.whole(told) is call.last(told) is told


def test_a_plain_reply_and_its_calls_get_the_values() -> None:
    call = PrivateCall(request(), hides=True)
    message = {"content": "Звоню [phone-1]", "tool_calls": [tool_call('{"to": "[email-1]"}')]}
    (choice,) = call.whole({"choices": [{"message": message}]})["choices"]
    assert choice["message"]["content"] == f"Звоню {PHONE}"
    assert choice["message"]["tool_calls"][0]["function"]["arguments"] == f'{{"to": "{MAIL}"}}'


@pytest.mark.parametrize("more", [{"response_format": {"type": "json_object"}}, {}])
def test_a_typed_reply_stays_json(more: Json) -> None:
    where = "ул. Мира,\nд. 5"
    call = PrivateCall({"messages": [{"role": "user", "content": where}], **more}, hides=True)
    (choice,) = call.whole({"choices": [{"message": {"content": '{"reason": "[address-1]"}'}}]})["choices"]
    assert json.loads(choice["message"]["content"]) == {"reason": where}


@pytest.mark.anyio
@pytest.mark.parametrize("length", [1, 2, 3, 5, 100])
async def test_a_stream_that_cuts_placeholders_gets_the_values(length: int) -> None:
    call = PrivateCall(request(), hides=True)
    text = "Звоню [phone-1], пишу [email-1] и [не знаю"
    pieces = [text[at : at + length] for at in range(0, len(text), length)]
    said, last = await spoken(call, pieces, {"content": "", "tool_calls": [tool_call('{"to": "[phone-1]"}')]})
    assert "".join(said) == f"Звоню {PHONE}, пишу {MAIL} и [не знаю"
    assert all(said)
    assert last["tool_calls"][0]["function"]["arguments"] == f'{{"to": "{PHONE}"}}'


@pytest.mark.anyio
async def test_a_stream_without_calls_or_hiding_passes() -> None:
    said, last = await spoken(PrivateCall(request(), hides=False), ["[phone-1]"], {"content": "!"})
    assert (said, last) == (["[phone-1]", "!"], {"content": "!"})
