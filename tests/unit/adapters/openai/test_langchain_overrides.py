"""The parts of langchain-openai that are not public and that GuardedChatOpenAI stands on.

Where one of these fails after an upgrade, fit `app/adapters/openai/client.py` to the new release.
"""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, HumanMessage, SystemMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, SecretStr

from app.adapters.openai.client import GuardedChatOpenAI, openai_model
from app.agents.structured_output import _arguments
from app.core.config import Settings

PRIVATE = {
    "_get_request_payload": ["input_", "stop", "kwargs"],
    "_create_chat_result": ["response", "generation_info"],
    "_convert_chunk_to_generation_chunk": ["chunk", "default_chunk_class", "base_generation_info"],
}
HOOKS = {
    "_agenerate": ["messages", "stop", "run_manager", "kwargs"],
    "_astream": ["messages", "stop", "run_manager", "kwargs"],
}
MESSAGES = [SystemMessage("Be brief.", additional_kwargs={"agent": "sales"}), HumanMessage("hi")]


class Pet(BaseModel):
    """A pet."""

    name: str


@pytest.fixture(scope="module")
def model() -> GuardedChatOpenAI:
    address = "http://127.0.0.1:9/v1"
    return openai_model(Settings(_env_file=None, openai_api_key=SecretStr("k"), openai_base_url=address))


@pytest.mark.parametrize("name", PRIVATE)
def test_langchain_openai_still_has_the_private_method_that_we_call(name: str) -> None:
    method = getattr(ChatOpenAI, name, None)
    assert method, f"ChatOpenAI.{name} is gone: fit app/adapters/openai/client.py to this release"
    assert list(inspect.signature(method).parameters)[1:] == PRIVATE[name]


@pytest.mark.parametrize("name", HOOKS)
def test_langchain_still_calls_the_hooks_that_we_override(name: str) -> None:
    theirs = inspect.signature(getattr(BaseChatModel, name)).parameters
    assert list(theirs)[1:] == HOOKS[name]
    assert list(inspect.signature(getattr(GuardedChatOpenAI, name)).parameters)[1:] == HOOKS[name]
    assert name in vars(ChatOpenAI) or name in vars(ChatOpenAI.__mro__[1]), f"{name} has moved"


def test_a_request_is_made_of_plain_json_for_chat_completions(model: GuardedChatOpenAI) -> None:
    payload = model._payload(MESSAGES, None, stream=False)
    assert payload == {
        "messages": [{"content": "Be brief.", "role": "system"}, {"content": "hi", "role": "user"}],
        "model": "gpt-4o-mini",
        "temperature": 0.7,
        "max_tokens": 1000,
        "stream": False,
    }


def test_a_model_named_as_openais_on_another_server_is_told_by_the_system() -> None:
    address = "http://127.0.0.1:9/v1"
    other = openai_model(Settings(_env_file=None, openai_base_url=address, openai_model="o4-mini"))
    assert [line["role"] for line in other._payload(MESSAGES, None)["messages"]] == ["system", "user"]
    own = openai_model(Settings(_env_file=None, openai_api_key=SecretStr("k"), openai_model="o4-mini"))
    assert own._payload(MESSAGES, None)["messages"][0]["role"] == "developer"


def test_a_reply_of_plain_json_becomes_a_message_with_calls_usage_and_finish(
    model: GuardedChatOpenAI,
) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "Pet", "arguments": '{"name": "Rex"}'}}
    message = {"role": "assistant", "content": "ok", "tool_calls": [call]}
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    result = model._create_chat_result({"model": "m", "choices": [choice], "usage": usage})
    (generation,) = result.generations
    made: Any = generation.message
    assert (made.text, made.tool_calls[0]["args"]) == ("ok", {"name": "Rex"})
    assert made.usage_metadata["total_tokens"] == 5
    assert generation.generation_info is not None
    assert generation.generation_info["finish_reason"] == "tool_calls"


def test_a_chunk_of_plain_json_becomes_a_chunk_with_text_and_finish(model: GuardedChatOpenAI) -> None:
    event = {"choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": "stop"}], "model": "m"}
    made = model._convert_chunk_to_generation_chunk(event, AIMessageChunk, None)
    assert made is not None
    assert made.message.text == "hi"
    assert made.generation_info is not None
    assert made.generation_info["finish_reason"] == "stop"


def test_a_chunk_with_nothing_but_usage_tells_it(model: GuardedChatOpenAI) -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    event = {"choices": [], "model": "m", "usage": usage}
    made = model._convert_chunk_to_generation_chunk(event, AIMessageChunk, None)
    assert made is not None
    assert isinstance(made.message, AIMessageChunk)
    assert made.message.usage_metadata is not None
    assert made.message.usage_metadata["total_tokens"] == 5


@pytest.mark.parametrize(
    ("mode", "named"),
    [
        ("json_schema", "response_format"),
        ("function_calling", "tool_choice"),
        ("json_mode", "response_format"),
    ],
)
def test_structured_output_still_binds_what_we_send(model: GuardedChatOpenAI, mode: Any, named: str) -> None:
    payload = model._payload(MESSAGES, None, **_arguments(model, Pet, mode))
    assert named in payload


def test_tools_are_bound_in_the_format_of_chat_completions(model: GuardedChatOpenAI) -> None:
    @tool
    def look_up(number: int) -> str:
        """Look up an order."""
        return str(number)

    bound: Any = model.bind_tools([look_up])
    payload = model._payload(MESSAGES, None, **bound.kwargs)
    assert payload["tools"][0]["function"]["name"] == "look_up"
