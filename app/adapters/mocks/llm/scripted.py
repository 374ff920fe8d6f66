"""A chat model that reads its lines from a script; running out of lines is an error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field

Line = AIMessage | Exception | str


class ScriptRanOut(AssertionError):
    """More was asked than the script holds."""


class ScriptedChatModel(BaseChatModel):
    """Lines are said in order; an exception is raised. `heard` and `offered` keep what each call brought."""

    script: list[Any]
    heard: list[list[BaseMessage]] = Field(default_factory=list)
    offered: list[list[str]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    @property
    def left(self) -> int:
        """Lines not said yet."""
        return len(self.script) - len(self.heard)

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[Any, AIMessage]:
        return self.bind(tools=[convert_to_openai_tool(t) for t in tools], **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._next(messages, kwargs))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        message = self._next(messages, kwargs)
        chunk = AIMessageChunk(
            content=message.content, tool_calls=message.tool_calls, usage_metadata=message.usage_metadata
        )
        yield ChatGenerationChunk(message=chunk)

    def _next(self, messages: list[BaseMessage], kwargs: dict[str, Any]) -> AIMessage:
        if not self.left:
            raise ScriptRanOut(f"the script of {len(self.script)} lines is over")
        line: Line = self.script[len(self.heard)]
        self.heard.append(messages)
        self.offered.append([t["function"]["name"] for t in kwargs.get("tools", [])])
        if isinstance(line, Exception):
            raise line
        return AIMessage(line) if isinstance(line, str) else line
