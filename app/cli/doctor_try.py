"""`call-center doctor --try`: one small real call of the configured model in each mode that agents use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from pydantic import BaseModel, Field

from app.agents.structured_output import ask_structured, mode_of
from app.core.exceptions import ProviderError, ProviderTimeout

SYSTEM = SystemMessage("You test a connection. Be as short as you can.")
SAY: list[BaseMessage] = [SYSTEM, HumanMessage("Answer with the single word: ready")]
CALL: list[BaseMessage] = [SYSTEM, HumanMessage("Which is the order number 7? Look it up with the tool.")]
ROUTE: list[BaseMessage] = [SYSTEM, HumanMessage("I want my money back. Which desk is for me?")]
MENDS = {
    "HTTP 401": "check OPENAI_API_KEY",
    "HTTP 403": "check what OPENAI_API_KEY may use",
    **dict.fromkeys(
        ("HTTP 301", "HTTP 302", "HTTP 307", "HTTP 308"), "check OPENAI_BASE_URL: it leads elsewhere"
    ),
    "HTTP 404": "check OPENAI_MODEL, and that OPENAI_BASE_URL ends as the server's documentation says",
}


class LookUpOrder(BaseModel):
    """Look up an order by its number."""

    number: int


class DeskChoice(BaseModel):
    """The desk for a customer."""

    agent: Literal["tech_support", "sales", "supervisor"]
    confidence: float = Field(ge=0, le=1)


@dataclass(frozen=True)
class Tried:
    """`mend` is empty when all is well; `failed`: there was no usable answer at all."""

    mode: str
    found: str
    mend: str = ""
    failed: bool = False


async def try_out(model: BaseChatModel) -> list[Tried]:
    """In this order; a mode that fails does not keep the next one from being tried."""
    modes: dict[str, Callable[[BaseChatModel], Awaitable[Tried]]] = {
        "plain": _plain,
        "stream": _streamed,
        "tools": _tools,
        "tools streamed": _tools_streamed,
        "typed": _typed,
    }
    return [await _one(mode, call, model) for mode, call in modes.items()]


async def _one(mode: str, call: Callable[[BaseChatModel], Awaitable[Tried]], model: BaseChatModel) -> Tried:
    began = perf_counter()
    try:
        tried = await call(model)
    except ProviderTimeout as error:
        return Tried(mode, str(error), "a slow server needs a larger MODEL_TIMEOUT", failed=True)
    except ProviderError as error:
        return Tried(mode, str(error), MENDS.get(error.detail, "the log names the attempts"), failed=True)
    return Tried(mode, f"{tried.found} in {perf_counter() - began:.1f} s", tried.mend)


async def _plain(model: BaseChatModel) -> Tried:
    return Tried("", f"“{_short((await model.ainvoke(SAY)).text)}”")


async def _streamed(model: BaseChatModel) -> Tried:
    began, first, text = perf_counter(), 0.0, ""
    async for chunk in model.astream(SAY):
        text += chunk.text
        first = first or (perf_counter() - began if chunk.text else 0.0)
    return Tried("", f"“{_short(text)}”, first word after {first:.1f} s")


async def _tools(model: BaseChatModel) -> Tried:
    return _called(await model.bind_tools([LookUpOrder]).ainvoke(CALL))


async def _tools_streamed(model: BaseChatModel) -> Tried:
    whole: Any = None
    async for chunk in model.bind_tools([LookUpOrder]).astream(CALL):
        whole = chunk if whole is None else whole + chunk
    return _called(whole)


def _called(message: Any) -> Tried:
    """A model that answers in words works, but looks nothing up and hands nobody over."""
    if message.tool_calls:
        return Tried("", f"called {message.tool_calls[0]['name']}")
    return Tried("", "answered in words", "agents need a model that calls tools")


async def _typed(model: BaseChatModel) -> Tried:
    value, _ = await ask_structured(model, ROUTE, DeskChoice)
    return Tried("", f"{value.agent} by {mode_of(model)}")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
