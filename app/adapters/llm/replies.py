"""Is this reply one we can use? Raises ProviderReplyInvalid where it is not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult

from app.adapters.llm.failures import EMPTY_STREAM, NO_CHOICES, NOT_A_COMPLETION
from app.core.exceptions import ProviderError, ProviderReplyInvalid


def tool_names(tools: Sequence[Mapping[str, Any]] | None) -> frozenset[str]:
    """Names of the tools that a request offers, in the OpenAI format."""
    return frozenset(tool["function"]["name"] for tool in tools or () if "function" in tool)


def check_result(result: ChatResult, tools: frozenset[str]) -> ChatResult:
    """A plain reply. `length` with some text is usable; an empty, filtered or misdirected one is not."""
    if not result.generations:
        raise ProviderReplyInvalid(NO_CHOICES)
    generation = result.generations[0]
    message = generation.message
    if not isinstance(message, AIMessage):
        raise ProviderReplyInvalid(NOT_A_COMPLETION)
    if message.invalid_tool_calls:
        raise ProviderReplyInvalid("broken tool arguments")
    _check(
        text=message.text,
        finish=(generation.generation_info or {}).get("finish_reason"),
        called=[call["name"] for call in message.tool_calls],
        tools=tools,
    )
    return result


def _check(text: str, finish: str | None, called: Iterable[str], tools: frozenset[str]) -> None:
    names = set(called)
    if finish == "content_filter":
        raise ProviderReplyInvalid("content_filter")
    if names - tools:
        raise ProviderReplyInvalid("unknown tool")
    if not names and not text.strip():
        raise ProviderReplyInvalid("length" if finish == "length" else "empty")


class StreamCheck:
    """Watches one stream. Usage and the finish reason are held back and told once, at the end: some servers
    repeat them, and merging chunks would add them up."""

    def __init__(self, tools: frozenset[str]) -> None:
        self._tools = tools
        self._words: list[str] = []
        self._calls: dict[int | str | None, list[str]] = {}
        self._end: dict[str, Any] = {}
        self._usage: UsageMetadata | None = None

    def pass_on(self, chunk: ChatGenerationChunk) -> ChatGenerationChunk:
        """The chunk as it may travel on."""
        message = chunk.message
        if not isinstance(message, AIMessageChunk):
            raise ProviderReplyInvalid(NOT_A_COMPLETION)
        if chunk.generation_info:
            self._end = {**self._end, **chunk.generation_info}
            chunk.generation_info = None
        if message.usage_metadata:
            self._usage, message.usage_metadata = message.usage_metadata, None
        message.response_metadata = {}
        if text := message.text:
            self._words.append(text)
        for part in message.tool_call_chunks:
            call = self._calls.setdefault(part["index"], ["", ""])
            call[0] += part["name"] or ""
            call[1] += part["args"] or ""
        return chunk

    @property
    def has_content(self) -> bool:
        return bool(self._words or self._calls)

    def last(self) -> ChatGenerationChunk:
        """The closing chunk with usage and finish reason, if the whole stream is usable."""
        finish = self._end.get("finish_reason")
        if finish is None:
            if self.has_content:
                raise ProviderError("the stream was cut")
            raise ProviderReplyInvalid(EMPTY_STREAM)
        for _, arguments in self._calls.values():
            _check_arguments(arguments)
        if _is_doubled(self._words):
            raise ProviderReplyInvalid("every chunk came twice")
        _check("".join(self._words), finish, [name for name, _ in self._calls.values()], self._tools)
        message = AIMessageChunk(content="", usage_metadata=self._usage, chunk_position="last")
        message.response_metadata = {"model_provider": "openai"}
        return ChatGenerationChunk(message=message, generation_info=self._end)


def _check_arguments(text: str) -> None:
    try:
        usable = isinstance(json.loads(text or "{}"), dict)
    except ValueError:
        usable = False
    if not usable:
        raise ProviderReplyInvalid("broken tool arguments")


def _is_doubled(words: list[str]) -> bool:
    """Four pairs or more and nothing else: a proxy sent each event twice, and the text is not readable."""
    return len(words) >= 8 and words[::2] == words[1::2]
