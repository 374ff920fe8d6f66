"""One model call in a turn, plain or streaming, with its price and a spare model for outages."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, message_chunk_to_message
from langchain_core.messages.tool import ToolCall
from langchain_core.tools import BaseTool
from pydantic import ValidationError

from app.agents.base import schema_of
from app.agents.citations import Unmarking, cited
from app.agents.grounding.reply import HOUSE
from app.core.exceptions import ProviderError, ProviderReplyInvalid
from app.core.models import TurnProgress, Usage
from app.core.text import is_storable


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """US dollars per million tokens."""

    input: float = 0.0
    output: float = 0.0


FREE = TokenPrice()


def usage_of(message: AIMessage, price: TokenPrice) -> Usage:
    """Usage of one call; zero tokens where the provider reported none."""
    meta = message.usage_metadata
    asked, said = (meta["input_tokens"], meta["output_tokens"]) if meta else (0, 0)
    cost = (asked * price.input + said * price.output) / 1_000_000
    return Usage(input_tokens=asked, output_tokens=said, cost=cost, calls=1)


@dataclass(frozen=True)
class ModelCall:
    """`degraded` skips the provider: it already failed in this turn. `shown` articles may be cited.

    `may_be_silent`: there is a question of ours to put, which needs no words beside it.
    """

    messages: list[BaseMessage]
    tools: list[BaseTool]
    emit: Callable[[TurnProgress], None] | None = None
    degraded: bool = False
    shown: frozenset[str] = frozenset()
    may_be_silent: bool = False


@dataclass(frozen=True)
class ModelReply:
    message: AIMessage
    model: str
    price: TokenPrice
    degraded: bool = False
    failure: str | None = None


@dataclass(frozen=True)
class ModelCaller:
    """`spare` answers when `model` raises a ProviderError; without it the error goes on.

    `rewrites`: told what was wrong with a draft, the model writes another one.
    """

    model: BaseChatModel
    name: str
    price: TokenPrice = FREE
    spare: BaseChatModel | None = None
    spare_name: str = ""
    rewrites: bool = False

    async def say(self, call: ModelCall) -> ModelReply:
        if call.degraded and self.spare:
            return await self._replace(call, None)
        try:
            return ModelReply(await _ask(self.model, call), self.name, self.price)
        except ProviderError as error:
            _void(call)
            if self.spare is None:
                raise
            return await self._replace(replace(call, degraded=True), error.code)

    async def _replace(self, call: ModelCall, failure: str | None) -> ModelReply:
        assert self.spare is not None
        call = replace(call, messages=_without_checks(call.messages))
        return ModelReply(await _ask(self.spare, call), self.spare_name, FREE, True, failure)


def _without_checks(messages: list[BaseMessage]) -> list[BaseMessage]:
    """Without the house checks, and without the draft before each: the spare begins anew."""
    checked = {n for n, message in enumerate(messages) if message.additional_kwargs.get(HOUSE)}
    return [m for n, m in enumerate(messages) if n not in checked and n + 1 not in checked]


async def _ask(model: BaseChatModel, call: ModelCall) -> AIMessage:
    """Raises ProviderReplyInvalid for a reply that neither says nor calls anything we can use."""
    runnable: Any = model.bind_tools([schema_of(tool) for tool in call.tools]) if call.tools else model
    if call.emit is None:
        reply = await runnable.ainvoke(call.messages)
    else:
        reply = await _stream(runnable, call, call.emit)
    reply = cited(reply, call.shown)
    _check(reply, {tool.name: tool for tool in call.tools}, call.may_be_silent)
    return reply


def _check(reply: AIMessage, tools: dict[str, BaseTool], may_be_silent: bool) -> None:
    if reply.invalid_tool_calls or not all(_fits(wanted, tools) for wanted in reply.tool_calls):
        raise ProviderReplyInvalid("tool call")
    if not (reply.tool_calls or reply.text.strip() or may_be_silent):
        raise ProviderReplyInvalid("empty")
    if not is_storable(reply.text):
        raise ProviderReplyInvalid("characters")


def _fits(wanted: ToolCall, tools: dict[str, BaseTool]) -> bool:
    """Whether the tool was offered and takes these arguments. As JSON, which knows no half characters."""
    if wanted["name"] not in tools:
        return False
    schema: Any = tools[wanted["name"]].get_input_schema()
    try:
        schema.model_validate_json(json.dumps(wanted["args"]))
    except ValidationError:
        return False
    return "\\u0000" not in json.dumps(wanted["args"]).replace("\\\\", "")  # NUL, not its name in letters


async def _stream(runnable: Any, call: ModelCall, emit: Callable[[TurnProgress], None]) -> AIMessage:
    total: AIMessageChunk | None = None
    marks = Unmarking(call.shown)
    async for chunk in runnable.astream(call.messages):
        total = chunk if total is None else total + chunk
        if not is_storable(chunk.text):
            raise ProviderReplyInvalid("characters")
        if text := marks.feed(chunk.text):
            emit(TurnProgress(kind="text", text=text))
    if text := marks.end():
        emit(TurnProgress(kind="text", text=text))
    if total is None:
        raise ProviderReplyInvalid("empty")
    reply = message_chunk_to_message(total)
    assert isinstance(reply, AIMessage)
    return reply


def _void(call: ModelCall) -> None:
    if call.emit:
        call.emit(TurnProgress(kind="reset"))
