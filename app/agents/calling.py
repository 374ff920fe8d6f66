"""One model call in a turn, plain or streaming; a spare model answers when the provider is down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, message_chunk_to_message
from langchain_core.tools import BaseTool

from app.agents.pricing import FREE, Price
from app.core.exceptions import ProviderError, ProviderReplyInvalid
from app.core.models import Progress


@dataclass(frozen=True)
class ModelCall:
    """`degraded` skips the provider: it already failed in this turn."""

    messages: list[BaseMessage]
    tools: list[BaseTool | dict[str, object]]
    emit: Callable[[Progress], None] | None = None
    degraded: bool = False


@dataclass(frozen=True)
class Spoken:
    message: AIMessage
    model: str
    price: Price
    degraded: bool = False
    failure: str | None = None


@dataclass(frozen=True)
class Speaker:
    """`spare` answers when `model` raises a ProviderError; without it the error goes on."""

    model: BaseChatModel
    name: str
    price: Price = FREE
    spare: BaseChatModel | None = None
    spare_name: str = ""

    async def say(self, call: ModelCall) -> Spoken:
        if call.degraded and self.spare:
            return await self._replace(call, None)
        try:
            return Spoken(await _ask(self.model, call), self.name, self.price)
        except ProviderError as error:
            if self.spare is None:
                raise
            _void(call)
            return await self._replace(replace(call, degraded=True), error.code)

    async def _replace(self, call: ModelCall, failure: str | None) -> Spoken:
        assert self.spare is not None
        return Spoken(await _ask(self.spare, call), self.spare_name, FREE, True, failure)


async def _ask(model: BaseChatModel, call: ModelCall) -> AIMessage:
    """Raises ProviderReplyInvalid for a reply that neither says nor calls anything known."""
    runnable: Any = model.bind_tools(call.tools) if call.tools else model
    if call.emit is None:
        reply = await runnable.ainvoke(call.messages)
    else:
        reply = await _stream(runnable, call.messages, call.emit)
    known = {t.name if isinstance(t, BaseTool) else t["function"]["name"] for t in call.tools}  # type: ignore[index]
    if reply.invalid_tool_calls or any(c["name"] not in known for c in reply.tool_calls):
        raise ProviderReplyInvalid("tool call")
    if not reply.tool_calls and not reply.text.strip():
        raise ProviderReplyInvalid("empty")
    return reply  # type: ignore[no-any-return]


async def _stream(runnable: Any, messages: list[BaseMessage], emit: Callable[[Progress], None]) -> AIMessage:
    total: AIMessageChunk | None = None
    async for chunk in runnable.astream(messages):
        total = chunk if total is None else total + chunk
        if chunk.text:
            emit(Progress(kind="text", text=chunk.text))
    if total is None:
        raise ProviderReplyInvalid("empty")
    reply = message_chunk_to_message(total)
    assert isinstance(reply, AIMessage)
    return reply


def _void(call: ModelCall) -> None:
    if call.emit:
        call.emit(Progress(kind="reset"))
