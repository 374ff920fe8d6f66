"""One turn of a skill after results of tools, and what came of it."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from app.agents.tools.actions import handoff_tool
from app.engines.offline.lexicon import skillbook
from tests.support.company import ROSTER
from tests.support.demands import SALES, TECH
from tests.unit.engines.offline.skill_results import answered
from tests.unit.engines.offline.test_model import answer

Result = tuple[str, dict[str, Any]]


def after(agent: str, lang: str, *said: str, results: list[Result]) -> AIMessage:
    """The next move in a turn in which these tools have answered."""
    one = next(a for a in ROSTER if a.name == agent)
    facts: dict[str, Any] = {"agent": agent, "language": lang, "escalates_to": one.escalates_to,
                             "passages": [], "now": "2026-11-22"}  # fmt: skip
    lines: list[BaseMessage] = [
        AIMessage(line) if n % 2 else HumanMessage(line) for n, line in enumerate(said)
    ]
    for n, (tool, raw) in enumerate(results):
        call = {"name": tool, "args": {}, "id": str(n), "type": "tool_call"}
        lines.append(AIMessage("", tool_calls=[call]))
        lines.append(ToolMessage(answered(raw, lang), tool_call_id=str(n), name=tool))
    offered: list[Any] = [
        *(t.offer() for t in one.tools),
        handoff_tool((TECH,) if agent != TECH else (SALES,)),
    ]
    return answer([SystemMessage("prompt", additional_kwargs=facts), *lines], offered)


def question(skill: str, key: str, lang: str = "ru") -> str:
    return skillbook(lang).skills[skill].asks[key]


def called(reply: AIMessage) -> Result:
    [call] = reply.tool_calls
    return call["name"], call["args"]
