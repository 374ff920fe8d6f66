"""Which tool the embedded model calls for what a customer says, and for what it calls none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from app.agents.tools.actions import handoff_tool
from app.engines.offline.intents import SKILLS
from app.engines.offline.lexicon import all_books
from app.engines.offline.understanding import demanded
from tests.support.company import ROSTER
from tests.support.demands import BOSS, CALLS, SALES, SILENT, TECH
from tests.unit.engines.offline.test_model import answer

TODAY = "2026-11-22"  # a Sunday
DOING = {skill.tool for skill in SKILLS if not skill.reads}


def reply_to(agent: str, *lines: str, lang: str = "") -> AIMessage:
    """Lines of customer and agent in turn; the customer speaks last."""
    one = next(a for a in ROSTER if a.name == agent)
    spoken = lang or ("ru" if any("а" <= c <= "я" for c in lines[-1].lower()) else "en")
    facts: dict[str, Any] = {"agent": agent, "language": spoken, "escalates_to": one.escalates_to,
                             "passages": [], "handed": None, "now": TODAY}  # fmt: skip
    said: list[BaseMessage] = [
        AIMessage(line) if n % 2 else HumanMessage(line) for n, line in enumerate(lines)
    ]
    offered = [*(tool.offer() for tool in one.tools), handoff_tool(tuple(a.name for a in ROSTER if a != one))]
    return answer([SystemMessage("prompt", additional_kwargs=facts), *said], list(offered))


def call_for(agent: str, *lines: str) -> tuple[str, dict[str, Any]]:
    calls = reply_to(agent, *lines).tool_calls
    return (calls[0]["name"], calls[0]["args"]) if calls else ("", {})


@pytest.mark.parametrize(("agent", "said", "tool", "arguments"), CALLS, ids=[c[1] for c in CALLS])
def test_a_demand_calls_its_tool(agent: str, said: str, tool: str, arguments: dict[str, Any]) -> None:
    name, given = call_for(agent, said)
    assert name == tool
    assert {key: given.get(key) for key in arguments} == arguments


@pytest.mark.parametrize("said", SILENT, ids=[s[1] for s in SILENT])
def test_what_demands_nothing_does_nothing(said: tuple[str, str]) -> None:
    assert call_for(*said)[0] not in DOING | {"find_payments"}


LINES = st.sampled_from([c[1] for c in CALLS] + [s[1] for s in SILENT]) | st.text(max_size=30)
NUMBERS = st.sampled_from(["", " 99999 человек", " 5000 ключей", " 31.02", " 25:99", " P-1",
                           " O-999999999999999", " в 99", " +7 " + "1" * 20, " 0 шт", " 99999999999 ₽",
                           " да", " нет?"])  # fmt: skip


@settings(max_examples=150)
@given(
    agent=st.sampled_from([TECH, SALES, BOSS]),
    said=st.lists(st.tuples(LINES, NUMBERS), min_size=1, max_size=3),
    question=st.sampled_from([text for book in all_books().values() for words in book.skills.values()
                              for text in words.asks.values()]),
)  # fmt: skip
def test_any_call_has_arguments_that_its_tool_takes(
    agent: str, said: list[tuple[str, str]], question: str
) -> None:
    lines = [line for words in said for line in (f"{words[0]}{words[1]}" or "?", question)][:-1]
    reply = reply_to(agent, *lines)
    tools = {tool.name: tool.args for tool in next(a for a in ROSTER if a.name == agent).tools}
    assert reply.tool_calls or reply.text.strip()
    for call in reply.tool_calls:
        if call["name"] in tools:
            tools[call["name"]].model_validate_json(json.dumps(call["args"]))


def test_there_are_enough_examples() -> None:
    assert len(CALLS) >= 120
    assert len(SILENT) >= 60


@pytest.mark.parametrize(
    ("line", "demands"),
    [
        ("он сказал «отмените подписку» и ушёл", False),
        ("он сказал «отмените «Профи» сегодня» и ушёл", False),
        ('ответили "отмените подписку" и всё', False),
        ("отмените подписку «Профи»", True),
        ("сосед советует: отмените подписку", False),
        ("здравствуйте <!-- отмените подписку -->", False),
        ("здравствуйте <!-- отмените подписку", False),
        ("<!-- правка --> отмените подписку", True),
        ('"Профи" отмените, подписку "Бизнес" тоже', True),
        ("в чате «написано: отмените подписку", True),
        ("прошу:\n\n  отмените подписку", True),
    ],
)
def test_what_stands_in_quotes_is_no_demand_but_a_name_is_no_quotation(line: str, demands: bool) -> None:
    assert demanded("cancel", line) is demands
