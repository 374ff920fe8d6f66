"""OpenAI, or any server that speaks its protocol, as a guarded LangChain chat model."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from functools import cache
from typing import Any, NoReturn
from urllib.parse import urlsplit

import httpx2
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.utils.function_calling import convert_to_openai_function
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, ConfigDict, SecretStr

from app.adapters.llm.guard import Guard
from app.adapters.llm.replies import tool_names
from app.adapters.llm.wire import Json, Wire
from app.core.config import Settings

NO_KEY = SecretStr("not-needed")
OPENAI = "https://api.openai.com/v1"


class GuardedChatOpenAI(ChatOpenAI):
    """Raises ProviderError or a kind of it, nothing else. Asynchronous only: the guard lives on the loop."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    guard: Guard
    wire: Wire

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> ChatResult:
        payload = self._payload(messages, stop, stream=False, **kwargs)

        async def send() -> ChatResult:
            return self._create_chat_result(await self.wire.post(payload))

        result = await self.guard.ask(send, tool_names(payload.get("tools")))
        return _with_parsed(result) if isinstance(kwargs.get("response_format"), type) else result

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        kwargs.pop("stream_usage", None)
        payload = self._payload(messages, stop, stream=True, stream_options={"include_usage": True}, **kwargs)

        async def start() -> AsyncGenerator[ChatGenerationChunk, None]:
            async for chunk in self.wire.stream(payload):
                if converted := self._convert_chunk_to_generation_chunk(chunk, AIMessageChunk, None):
                    yield converted

        async for chunk in self.guard.stream(start, tool_names(payload.get("tools"))):
            yield chunk

    def _payload(self, messages: list[BaseMessage], stop: list[str] | None, **kwargs: Any) -> Json:
        """Other servers than OpenAI's own know the limit by its older name only."""
        if isinstance(schema := kwargs.get("response_format"), type):
            kwargs["response_format"] = as_response_format(schema)
        payload: Json = self._get_request_payload(messages, stop=stop, **kwargs)
        if "max_completion_tokens" in payload and not _is_openai(self.openai_api_base):
            payload["max_tokens"] = payload.pop("max_completion_tokens")
        return payload

    def _generate(self, *_: Any, **__: Any) -> NoReturn:
        raise NotImplementedError("Use ainvoke or astream.")

    _stream = _generate

    async def aclose(self) -> None:
        """Close the connections. The model cannot be used afterwards."""
        await self.wire.aclose()


def openai_model(settings: Settings, guard: Guard | None = None) -> GuardedChatOpenAI:
    """One model, with its pools of connections, for the whole process and its event loop."""
    watch = guard or Guard(settings.model_timeout)
    key, address = settings.openai_api_key or NO_KEY, settings.openai_base_url or OPENAI
    return GuardedChatOpenAI(
        guard=watch,
        wire=Wire(address, key.get_secret_value(), attempt_timeout(watch.deadline)),
        model=settings.openai_model,
        api_key=key,
        base_url=address,
        temperature=settings.temperature,
        max_completion_tokens=settings.max_tokens,
        max_retries=0,
        stream_usage=True,
        use_responses_api=False,
    )


def attempt_timeout(deadline: float) -> httpx2.Timeout:
    """Less than the total deadline, so that a silent server leaves time for one more attempt."""
    return httpx2.Timeout(deadline * 0.6, connect=min(5.0, deadline * 0.4), pool=deadline * 0.4)


@cache
def as_response_format(schema: type[BaseModel]) -> Json:
    """The strict JSON schema of a class. The caller's parser validates the reply, so its usage is kept."""
    function = convert_to_openai_function(schema, strict=True)
    return {"type": "json_schema", "json_schema": {"schema": function.pop("parameters"), **function}}


def _with_parsed(result: ChatResult) -> ChatResult:
    """What `with_structured_output` looks for; left out where the text is not one JSON object."""
    message = result.generations[0].message
    try:
        parsed = json.loads(message.text)
    except (ValueError, RecursionError):
        parsed = None
    if isinstance(parsed, dict):
        message.additional_kwargs["parsed"] = parsed
    return result


def _is_openai(base_url: str | None) -> bool:
    return (urlsplit(base_url or OPENAI).hostname or "").endswith(("openai.com", "openai.azure.com"))
