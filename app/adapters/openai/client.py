"""OpenAI, or any server that speaks its protocol, as a guarded LangChain chat model."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from functools import cache, partial
from typing import Any, NoReturn
from urllib.parse import urlsplit

import httpx2
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.utils.function_calling import convert_to_openai_function
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from app.adapters.openai.failures import is_typed
from app.adapters.openai.guard import Guard
from app.adapters.openai.habits import Habits, negotiated
from app.adapters.openai.private import PrivateCall
from app.adapters.openai.replies import StreamCheck, asked_of, usable
from app.adapters.openai.speech import Speech
from app.adapters.openai.sse import Json
from app.adapters.openai.wire import ENDED, Timeouts, Wire
from app.core.config import OPENAI, Settings
from app.core.exceptions import ProviderError, ProviderRefused, SettingInvalid
from app.core.spend import SpendMeter

NO_KEY = SecretStr("not-needed")


class GuardedChatOpenAI(ChatOpenAI):
    """Raises ProviderError or a kind of it, nothing else. Asynchronous only: the guard lives on the loop."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    guard: Guard
    wire: Wire
    habits: Habits = Field(default_factory=Habits)
    meter: SpendMeter | None = None
    redacts: bool = False

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> ChatResult:
        private = await self._private(self._payload(messages, stop, stream=False, **kwargs))
        payload = private.payload
        asked, was_well = asked_of(payload), self.guard.breaker.healthy

        async def send() -> ChatResult:
            reply = await negotiated(self.habits, payload, self.wire.post)
            await self._pay(reply)
            told, speech = usable(reply, asked)
            self._note(speech, payload)
            return self._create_chat_result(private.whole(told))

        await self._expect_means()
        try:
            result = await self.guard.ask(send, is_typed(payload))
        except ProviderError as error:
            refused = was_well and is_typed(payload) and error.detail == "HTTP 500"
            if not refused:
                raise
            result = None
        if result is None:  # it answered a moment ago: it is the form of the reply that this server cannot do
            raise ProviderRefused("HTTP 500")
        return _with_parsed(result) if isinstance(kwargs.get("response_format"), type) else result

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        kwargs.pop("stream_usage", None)
        options = {"stream": True, "stream_options": {"include_usage": True}}
        private = await self._private(self._payload(messages, stop, **options, **kwargs))
        payload = private.payload
        asked, checks = asked_of(payload), []

        def close(last: Json) -> ChatGenerationChunk | None:
            return self._convert_chunk_to_generation_chunk(private.last(last), AIMessageChunk, None)

        def check() -> StreamCheck:
            checks.append(StreamCheck(asked, close, held=self._is_held))
            return checks[-1]

        await self._expect_means()
        try:
            async for chunk in private.pieces(self.guard.stream(partial(self._events, payload), check)):
                yield chunk
        except ProviderError:
            self.habits.aloud = any(each.speech.aloud for each in checks) or self.habits.aloud
            raise
        self._note(checks[-1].speech, payload)

    async def _events(self, payload: Json) -> AsyncGenerator[Json, None]:
        """Some servers tell the usage so far in every event: the last counts, also where a stream is cut."""
        last: Json = {}
        try:
            async with aclosing(await negotiated(self.habits, payload, self._begun)) as events:
                async for event in events:
                    last = event if event.get("usage") else last
                    yield event
        finally:
            await self._pay(last)

    async def _expect_means(self) -> None:
        if self.meter:
            await self.meter.expect()

    async def _pay(self, reply: Json | list[Json]) -> None:
        """Before the reply is judged: what cannot be used costs as much."""
        usage = reply.get("usage") if isinstance(reply, dict) else None
        if self.meter and isinstance(usage, dict):
            asked, said = (_count(usage.get(name)) for name in ("prompt_tokens", "completion_tokens"))
            await self.meter.add(asked, said)

    async def _begun(self, payload: Json) -> AsyncGenerator[Json, None]:
        """The stream after its first event: until then a server may refuse the request."""
        if not payload.get("stream"):
            return _whole(await self.wire.post(payload))
        events = self.wire.stream(payload)
        return _led(await anext(events), events)

    @property
    def _is_held(self) -> bool:
        """Until it is known how a model speaks, and where it is known to think before each reply."""
        return self.habits.aloud is not False and not _is_openai(self.openai_api_base)

    def _note(self, speech: Speech, payload: Json) -> None:
        """A reply in words tells how the model speaks; one in a form does not."""
        if speech.aloud:
            self.habits.aloud = True
        elif self.habits.aloud is None and speech.spoke and not is_typed(payload):
            self.habits.aloud = False

    async def _private(self, payload: Json) -> PrivateCall:
        """In a thread: a long history takes a while to search."""
        if not self.redacts:
            return PrivateCall(payload, False)
        return await asyncio.to_thread(PrivateCall, payload, True)

    def _payload(self, messages: list[BaseMessage], stop: list[str] | None, **kwargs: Any) -> Json:
        """Other servers than OpenAI's own know the limit by its older name, and the system by its role."""
        if isinstance(schema := kwargs.get("response_format"), type):
            kwargs["response_format"] = as_response_format(schema)
        payload: Json = self._get_request_payload(messages, stop=stop, **kwargs)
        if "max_completion_tokens" in payload and not _is_openai(self.openai_api_base):
            payload["max_tokens"] = payload.pop("max_completion_tokens")
        if not _is_openai(self.openai_api_base):
            payload["messages"] = [_of_system(line) for line in payload["messages"]]
        return payload

    def _generate(self, *_: Any, **__: Any) -> NoReturn:
        raise NotImplementedError("Use ainvoke or astream.")

    _stream = _generate

    async def aclose(self) -> None:
        """Close the connections. The model cannot be used afterwards."""
        await self.wire.aclose()


def openai_model(
    settings: Settings, guard: Guard | None = None, meter: SpendMeter | None = None
) -> GuardedChatOpenAI:
    """One model, with its pools of connections, for the whole process and its event loop."""
    watch = guard or Guard(settings.model_timeout)
    key, address = settings.openai_api_key or NO_KEY, settings.openai_base_url or OPENAI
    timeouts = attempt_timeouts(watch.deadline, settings.model_first_token)
    try:
        wire = Wire(address, key.get_secret_value(), timeouts)
    except (httpx2.InvalidURL, ValueError):  # what urllib takes for an address may be none here
        raise SettingInvalid("OPENAI_BASE_URL", "it is no address that can be called") from None
    return GuardedChatOpenAI(
        guard=watch,
        wire=wire,
        meter=meter,
        redacts=settings.redact_before_llm,
        model=settings.openai_model,
        api_key=key,
        base_url=address,
        temperature=settings.temperature,
        max_completion_tokens=settings.max_tokens,
        max_retries=0,
        stream_usage=True,
        use_responses_api=False,
    )


def attempt_timeouts(deadline: float, first_token: float | None = None) -> Timeouts:
    """A silent stream leaves time for one more attempt, where `first_token` is not given."""
    silence = min(deadline, first_token or deadline * 0.6)
    connecting = {"connect": min(5.0, deadline * 0.4), "pool": deadline * 0.4}
    return Timeouts(httpx2.Timeout(deadline, **connecting), httpx2.Timeout(silence, **connecting))


async def _led(first: Json, rest: AsyncGenerator[Json, None]) -> AsyncGenerator[Json, None]:
    async with aclosing(rest):
        yield first
        async for event in rest:
            yield event


async def _whole(reply: Json | list[Json]) -> AsyncGenerator[Json, None]:
    """A plain reply in the place of a stream."""
    for event in reply if isinstance(reply, list) else [reply]:
        yield event
    yield {ENDED: "marked"}


def _count(told: object) -> int:
    return max(0, told) if isinstance(told, int) else 0


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


def _of_system(line: Json) -> Json:
    """LangChain makes a developer of it for models that are named as OpenAI's."""
    return {**line, "role": "system"} if line.get("role") == "developer" else line


def _is_openai(base_url: str | None) -> bool:
    return (urlsplit(base_url or OPENAI).hostname or "").endswith(("openai.com", "openai.azure.com"))
