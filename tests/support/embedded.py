"""The embedded model with all that the package ships: articles, understanding, the desks of the company."""

from __future__ import annotations

from functools import cache
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from app.agents.tools.actions import handoff_tool
from app.agents.tools.person import person_tool
from app.bootstrap.context import understanding_of
from app.core.models import OpenMatter
from app.core.ports import Embedder
from app.engines.offline.model import EmbeddedChatModel
from tests.support.company import ROSTER, load_articles

NOW = "2026-11-22T09:00"  # a Sunday


def embedded(encoder: Embedder | None = None) -> EmbeddedChatModel:
    """Without an encoder n-grams understand alone, and quickly."""
    library = {(a.lang, a.id): a for a in load_articles()}
    return EmbeddedChatModel(library=library, understanding=understanding_of(encoder))


@cache
def _quick() -> EmbeddedChatModel:
    return embedded()


def reply_to(
    agent: str,
    *lines: str,
    lang: str = "",
    matter: OpenMatter | None = None,
    results: tuple[BaseMessage, ...] = (),
    model: EmbeddedChatModel | None = None,
    **facts: Any,
) -> AIMessage:
    """Lines of customer and agent in turn; the customer speaks last, then `results` of this turn's tools."""
    one = next(a for a in ROSTER if a.name == agent)
    spoken = lang or ("ru" if any("а" <= c <= "я" for c in lines[-1].lower()) else "en")
    known: dict[str, Any] = {
        "agent": agent,
        "language": spoken,
        "escalates_to": one.escalates_to,
        "passages": [],
        "handed": None,
        "now": NOW,
        "matter": matter.model_dump() if matter else None,
        **facts,
    }
    said = [AIMessage(line) if n % 2 else HumanMessage(line) for n, line in enumerate(lines)]
    colleagues = tuple(a.name for a in ROSTER if a != one)
    offered = [*(tool.offer() for tool in one.tools), person_tool(), handoff_tool(colleagues)]
    asked = [SystemMessage("prompt", additional_kwargs=known), *said, *results]
    reply = (model or _quick()).bind_tools(offered).invoke(asked)
    assert isinstance(reply, AIMessage)
    return reply


def call_for(agent: str, *lines: str, **known: Any) -> tuple[str, dict[str, Any]]:
    calls = reply_to(agent, *lines, **known).tool_calls
    return (calls[0]["name"], calls[0]["args"]) if calls else ("", {})
