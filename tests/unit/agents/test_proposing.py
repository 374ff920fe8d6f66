from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.agents.base import Tool, ToolContext
from app.agents.grounding import Evidence
from app.agents.proposing import StatementFilter, keep_statements, questions_of, use
from app.agents.state import TurnState, start
from app.core.backoffice import ActionContext
from app.core.models import Said, TurnContext, TurnProgress
from app.engines.backoffice.office import SqlBackOffice
from app.engines.knowledge.search import HybridSearch
from tests.support.company import ROSTER
from tests.support.consents import NOW, TERMS

TOOLS: dict[str, Tool] = {tool.name: tool for agent in ROSTER for tool in agent.tools}
HUB = {"item": "hub", "delivery": "courier"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SqlBackOffice]:
    made = SqlBackOffice(tmp_path / "office.db", demo=True)
    yield made
    made.close()


@pytest.fixture
def context(office: SqlBackOffice) -> ToolContext:
    return ToolContext(HybridSearch([], None), office)


@pytest.fixture
def state() -> TurnState:
    origin = ActionContext(dialog_id="d", seq=1, customer_id="demo_goods")
    return start([Said(role="customer", content="a hub, please")], None, TurnContext(origin=origin), None)


def test_what_needs_consent_is_proposed_and_nothing_happens(
    context: ToolContext, state: TurnState, office: SqlBackOffice
) -> None:
    before = office.orders("demo_goods")
    done, made = use(context, state, "sales", TOOLS["create_order"], HUB)
    assert made is not None
    assert (done.status, made.tool, made.state) == ("proposed", "create_order", "open")
    assert json.loads(done.result)["question"] == made.question.text
    assert made.question.text.endswith("?")
    assert (office.orders("demo_goods"), office.effects("d")) == (before, [])


def test_what_needs_none_is_done(context: ToolContext, state: TurnState, office: SqlBackOffice) -> None:
    done, made = use(context, state, "tech_support", TOOLS["open_ticket"], {"subject": "No sync"})
    assert (done.status, made) == ("done", None)
    assert [effect.tool for effect in office.effects("d")] == ["open_ticket"]


def test_a_turn_proposes_one_act_and_the_same_again_is_the_same(
    context: ToolContext, state: TurnState
) -> None:
    _, state["proposal"] = use(context, state, "sales", TOOLS["create_order"], HUB)
    again, same = use(context, state, "sales", TOOLS["create_order"], HUB)
    other, none = use(context, state, "sales", TOOLS["cancel_subscription"], {})
    assert (again.status, other.status, none) == ("proposed", "refused", None)
    assert same is not None
    assert state["proposal"] is not None
    assert same.question == state["proposal"].question
    assert json.loads(other.result)["asked_now"] == "create_order"


def test_without_a_back_office_nothing_is_proposed(state: TurnState) -> None:
    done, made = use(ToolContext(HybridSearch([], None)), state, "sales", TOOLS["create_order"], HUB)
    assert (json.loads(done.result)["status"], made) == ("unavailable", None)


@pytest.mark.parametrize("tool", TERMS)
def test_each_act_has_its_question_and_buttons_in_each_language(tool: str) -> None:
    asked = questions_of(tool, TERMS[tool], NOW, "de")
    assert asked.keys() >= {"ru", "en", "de"}
    assert all(
        q.text.count("?") == 1 and q.confirm and q.decline and "$" not in q.text for q in asked.values()
    )


@pytest.mark.parametrize(
    ("facts", "ru", "en"),
    [
        ({"plan": "pro", "until": NOW}, "Тариф «Профи» закончится сегодня.", "Your Pro plan ends today."),
        ({"until": NOW}, "Подписка закончится сегодня.", "Your subscription ends today."),
        ({}, "Подписка при этом остаётся как есть.", "Your subscription stays as it is."),
    ],
)
def test_a_refund_says_which_plan_ends_and_when(facts: dict[str, Any], ru: str, en: str) -> None:
    asked = questions_of("refund_payment", {"payment": "P-1009", "amount_rub": 1990, **facts}, NOW, "ru")
    assert ru in asked["ru"].text
    assert en in asked["en"].text


def test_beside_our_question_a_model_asks_and_promises_nothing() -> None:
    said = "A good choice. Shall I order two? We will refund you 500 ₽ tomorrow."
    kept, withheld = keep_statements(said, Evidence(date(2026, 3, 18)), "en")
    assert kept == "A good choice."
    assert withheld


def test_of_a_stream_questions_are_left_out() -> None:
    shown: list[str] = []
    put = StatementFilter(lambda progress: shown.append(progress.text))
    for sentence in ("A moment? ", "A good choice. ", "Two?\n", "In stock.\n"):
        put(TurnProgress(kind="text", text=sentence))
    assert "".join(shown) == "A good choice. In stock."
