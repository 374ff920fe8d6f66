"""A chat model of somebody else's library: its failures become ours, so that the spare can answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from typing import Any, TypeVar

import structlog
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import ToolCall, ToolCallChunk, tool_call, tool_call_chunk
from langchain_core.outputs import ChatResult
from langchain_core.runnables import Runnable, RunnableBinding, RunnableConfig
from pydantic import PrivateAttr

from app.adapters.openai.breaker import Breaker, CallRecord
from app.adapters.openai.failures import kind_of, places_of, refusal
from app.adapters.openai.replies import offered
from app.adapters.openai.speech import ReplyContext, Speech
from app.adapters.openai.sse import Json
from app.core.exceptions import CallCenterError, ProviderError, ProviderRefused, ProviderTimeout
from app.core.spend import SpendMeter

log = structlog.get_logger()
OURS = (CallCenterError, AssertionError)
T = TypeVar("T")


class ForeignChatModel(BaseChatModel):
    """Everything else is the model's own. Raises ProviderError or a kind of it, without the library's words:
    that is why errors are raised outside the `except` block that caught them."""

    model: BaseChatModel
    meter: SpendMeter | None = None
    _watch: Breaker = PrivateAttr(default_factory=Breaker)
    _record: CallRecord = PrivateAttr(default_factory=CallRecord)
    _aloud: bool | None = PrivateAttr(default=None)

    @property
    def failing(self) -> bool:
        """The last two calls or more went wrong."""
        return self._watch.failing

    @property
    def record(self) -> CallRecord:
        return self._record

    @property
    def _llm_type(self) -> str:
        return self.model._llm_type

    async def ainvoke(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AIMessage:
        await self._expect_means()
        with self._record.call():
            reply = await self._attempt(self.model.ainvoke(input, config, stop=stop, **kwargs))
        await self._pay(reply)
        self._watch.succeeded()
        return self._spoken(reply, kwargs)

    async def astream(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[AIMessageChunk]:
        speech = Speech(ReplyContext(offered(kwargs.get("tools"))), held=self._aloud is not False)
        await self._expect_means()
        with self._record.call():
            chunks = aiter(self.model.astream(input, config, stop=stop, **kwargs))
            while (chunk := await self._attempt(anext(chunks, None))) is not None:
                await self._pay(chunk)
                if isinstance(chunk.content, str):
                    chunk.content = speech.feed(chunk.content)
                yield chunk
        self._watch.succeeded()
        rest = speech.end()
        if rest or speech.calls:
            yield AIMessageChunk(content=rest, tool_call_chunks=list(map(_piece, speech.calls)))
        self._note(speech)

    async def _expect_means(self) -> None:
        if self.meter:
            await self.meter.expect()

    async def _pay(self, said: AIMessage) -> None:
        """Chunks tell parts of the usage, whose sum is that of the reply."""
        if self.meter and (usage := said.usage_metadata):
            await self.meter.add(usage["input_tokens"], usage["output_tokens"])

    def _spoken(self, reply: AIMessage, asked: Mapping[str, Any]) -> AIMessage:
        """Without thoughts, tokens and written calls. Content of another kind than text is as it is."""
        if not isinstance(reply.content, str):
            return reply
        speech = Speech(ReplyContext(offered(asked.get("tools"))), held=True)
        text = speech.feed(reply.content) + speech.end()
        self._note(speech)
        if not speech.hidden:
            return reply
        calls = [*reply.tool_calls, *map(_call, speech.calls if not reply.tool_calls else ())]
        return reply.model_copy(update={"content": text, "tool_calls": calls})

    def _note(self, speech: Speech) -> None:
        if speech.aloud or (self._aloud is None and speech.spoke):
            self._aloud = speech.aloud

    async def _attempt(self, step: Awaitable[T]) -> T:
        try:
            return await step
        except OURS:
            raise
        except Exception as problem:  # noqa: BLE001 - a foreign library has kinds of its own
            failed = self._meaning(problem)
        raise failed

    def _meaning(self, problem: Exception) -> ProviderError:
        """Most libraries tell the status of the reply, or have "Timeout" in the name of the kind."""
        log.warning("provider_attempt_failed", kind=kind_of(problem), at=places_of(problem))
        self._watch.failed()
        status = getattr(problem, "status_code", None)
        if isinstance(status, int):
            return refusal(status, None).error
        late = isinstance(problem, TimeoutError) or "Timeout" in type(problem).__name__
        return ProviderTimeout() if late else ProviderError("the model's library failed")

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        choice = {} if tool_choice is None else {"tool_choice": tool_choice}
        try:
            bound = self.model.bind_tools(tools, **choice, **kwargs)
        except NotImplementedError:
            raise ProviderRefused("the model takes no tools") from None
        return self.bind(**bound.kwargs) if isinstance(bound, RunnableBinding) else bound

    def with_structured_output(self, *args: Any, **kwargs: Any) -> Runnable[LanguageModelInput, Any]:
        """As the model does it. What is asked there is not watched: we only read how it is bound."""
        return self.model.with_structured_output(*args, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return self.model._generate(messages, stop, run_manager, **kwargs)


def _call(told: Json) -> ToolCall:
    function = told["function"]
    return tool_call(name=function["name"], args=json.loads(function["arguments"]), id=told["id"])


def _piece(told: Json) -> ToolCallChunk:
    function = told["function"]
    return tool_call_chunk(name=function["name"], args=function["arguments"], id=told["id"])
