"""A typed answer from any chat model, by the best mode that its server understands."""

from __future__ import annotations

import json
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, SystemMessage
from langchain_core.messages.ai import add_usage
from langchain_core.runnables import RunnableBinding, RunnableSequence
from pydantic import BaseModel, ValidationError

from app.core.exceptions import ProviderRefused, ProviderReplyInvalid

S = TypeVar("S", bound=BaseModel)
Mode = Literal["json_schema", "function_calling", "json_mode", "prompt"]
MODES: tuple[Mode, ...] = ("json_schema", "function_calling", "json_mode", "prompt")
UNPARSED = "unparsed"
# What servers say to a mode they do not know. The same statuses may be about the message or the model's name.
MODE_REFUSALS = {f"HTTP {status}" for status in (400, 404, 405, 415, 422, 500, 501)}
EARNED, CAP = 0.1, 2.0
TRACING = "ls_structured_output_format"


@dataclass(slots=True)
class ServerModes:
    """What is known of one model's server.

    A mode that has worked is `proven`: the next refusal is then about the request. Where every mode was
    refused (a wrong model name) each later question tries one mode only, the next in turn. `credit` bounds
    the second tries.
    """

    mode: int = 0
    proven: bool = False
    exhausted: bool = False
    credit: float = 1.0
    calls: dict[tuple[type[BaseModel], Mode], dict[str, Any]] = field(default_factory=dict)

    def to_try(self) -> list[Mode]:
        self.credit = min(CAP, self.credit + EARNED)
        turns = 1 if self.proven or self.exhausted else len(MODES)
        return [MODES[(self.mode + turn) % len(MODES)] for turn in range(turns)]

    def worked(self, mode: Mode) -> None:
        self.mode, self.proven, self.exhausted = MODES.index(mode), True, False

    def failed(self) -> None:
        """A mode that never worked gives way to the next one; one that did is put to the proof again."""
        if not self.proven:
            self.mode = (self.mode + 1) % len(MODES)
        self.proven = False

    def spend(self) -> bool:
        if self.credit < 1:
            return False
        self.credit -= 1
        return True


_MEMORIES: dict[int, ServerModes] = {}


async def ask_structured(
    model: BaseChatModel, messages: Sequence[BaseMessage], schema: type[S]
) -> tuple[S, AIMessage]:
    """The answer and the message it came in, which carries the usage of both tries.

    A reply that does not parse is asked for once more in the same mode, then ProviderReplyInvalid("unparsed")
    is raised; nothing is guessed from prose. ProviderRefused when every mode is refused.
    """
    memory = _memory_of(model)
    refusal = ProviderRefused("no mode of structured output")
    modes = memory.to_try()
    for mode in modes:
        try:
            return await _ask(model, messages, schema, mode, memory)
        except ProviderRefused as refused:
            if refused.detail not in MODE_REFUSALS:
                raise
            refusal = refused
        memory.failed()
    memory.exhausted = memory.exhausted or len(modes) == len(MODES)
    raise refusal


async def _ask(
    model: BaseChatModel, messages: Sequence[BaseMessage], schema: type[S], mode: Mode, memory: ServerModes
) -> tuple[S, AIMessage]:
    value, message = await _once(model, messages, schema, mode, memory)
    if value is None and memory.spend():
        before = message.usage_metadata
        value, message = await _once(model, messages, schema, mode, memory)
        message.usage_metadata = add_usage(before, message.usage_metadata)
    if value is None:
        memory.failed()
        raise ProviderReplyInvalid(UNPARSED)
    memory.worked(mode)
    return value, message


async def _once(
    model: BaseChatModel, messages: Sequence[BaseMessage], schema: type[S], mode: Mode, memory: ServerModes
) -> tuple[S | None, AIMessage]:
    lines = with_instruction(messages, schema) if mode in ("json_mode", "prompt") else list(messages)
    if (schema, mode) not in memory.calls:
        memory.calls[schema, mode] = _arguments(model, schema, mode) if mode != "prompt" else {}
    message = await model.ainvoke(lines, **memory.calls[schema, mode])
    return from_message(schema, message), message


def _arguments(model: BaseChatModel, schema: type[BaseModel], mode: Mode) -> dict[str, Any]:
    """What `with_structured_output` binds to the model. Its chain is not run: it costs more CPU than the call
    and its parsers mend what should be refused. Raises ProviderRefused for a model class without such a mode.
    """
    try:
        chain = model.with_structured_output(schema, method=mode)
    except NotImplementedError:
        chain = None
    if isinstance(chain, RunnableSequence) and isinstance(chain.first, RunnableBinding):
        return {name: value for name, value in chain.first.kwargs.items() if name != TRACING}
    raise ProviderRefused("HTTP 422")


def from_message(schema: type[S], message: AIMessage) -> S | None:
    """The value in the arguments of a tool call, else in the text; None where it does not fit."""
    if not message.tool_calls:
        return from_text(schema, message.text)
    try:
        return schema.model_validate_json(json.dumps(message.tool_calls[0]["args"]))
    except ValidationError:
        return None


def from_text(schema: type[S], text: str) -> S | None:
    """The value of a text that is one JSON object and nothing else, but for a code fence around it."""
    bare = text.strip()
    if bare.startswith("```") and bare.endswith("```"):
        bare = bare.strip("`").removeprefix("json").strip()
    try:
        return schema.model_validate_json(bare)
    except ValidationError:
        return None


def with_instruction(messages: Sequence[BaseMessage], schema: type[BaseModel]) -> list[BaseMessage]:
    """The schema told in words, in the first system message: some servers refuse a second one."""
    shape = json.dumps(schema.model_json_schema(), ensure_ascii=False)
    words = f"Answer with one JSON object and nothing else. It follows this JSON schema: {shape}"
    if messages and isinstance(messages[0], SystemMessage):
        return [SystemMessage(f"{messages[0].text}\n\n{words}"), *messages[1:]]
    return [SystemMessage(words), *messages]


def _memory_of(model: BaseChatModel) -> ServerModes:
    """Chat models are not hashable, so they are known by identity for as long as they live.

    Copies of a model with other settings share its habits, so they share the memory.
    """
    owner: object = getattr(model, "habits", model)
    key = id(owner)
    if key not in _MEMORIES:
        _MEMORIES[key] = ServerModes()
        weakref.finalize(owner, _MEMORIES.pop, key, None)
    return _MEMORIES[key]


def mode_of(model: BaseChatModel) -> Mode | None:
    """The mode in which it has answered last; None before it has."""
    memory = _MEMORIES.get(id(getattr(model, "habits", model)))
    return MODES[memory.mode] if memory and memory.proven else None
