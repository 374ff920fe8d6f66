"""Whatever model speaks, records change on the customer's own order or a plain yes, and on nothing else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from app.adapters.mocks.llm.scripted import ScriptedChatModel
from app.agents.base import ToolContext
from app.agents.consent import held_back
from app.bootstrap import build
from app.core.actions import CreateOrder
from app.core.backoffice import ActionContext
from app.core.config import Settings
from app.core.models import Decision, RouteQuery, Said
from app.engines.backoffice.office import SqlBackOffice
from app.engines.knowledge.search import HybridSearch
from app.engines.offline.consent import consent
from app.services.workbench import Workbench
from tests.integration.test_skills_at_work import Chat
from tests.support.demands import BOSS, SALES

pytestmark = pytest.mark.anyio
HUB = {"item": "hub", "delivery": "courier"}
OFFER = "Orbita Hub с доставкой курьером стоит 12 900 ₽. Оформить заказ?"


class At:
    """Routes everything to one desk."""

    def __init__(self, agent: str) -> None:
        self.agent = agent

    async def route(self, query: RouteQuery) -> Decision:
        return Decision(agent=self.agent, confidence=1, source="lexical", reason=query.text[:10])


def call(tool: str, **arguments: Any) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": tool, "args": arguments, "id": "1", "type": "tool_call"}])


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SqlBackOffice]:
    made = SqlBackOffice(tmp_path / "office.db", demo=True)
    yield made
    made.close()


@asynccontextmanager
async def centre(
    office: SqlBackOffice, folder: Path, script: list[Any], agent: str = SALES
) -> AsyncIterator[Workbench]:
    settings = Settings(_env_file=None, dialogs_storage_path=folder / "dialogs", log_level="CRITICAL")
    model = ScriptedChatModel(script=script) if script else None
    bench = build(settings, office=office, model=model, router=At(agent))
    await bench.start()
    try:
        yield bench
    finally:
        await bench.stop()


@pytest.mark.parametrize(
    "said", ["ок, спасибо", "хорошо, подумаю", "да, но позже", "да?", "ага, понятно", "ок"]
)
async def test_a_model_that_takes_any_answer_for_a_yes_orders_nothing(
    office: SqlBackOffice, tmp_path: Path, said: str
) -> None:
    before = office.orders("demo_goods")
    script = [OFFER, call("create_order", **HUB), "Оформить заказ на Orbita Hub за 12 900 ₽? Напишите «да»."]
    async with centre(office, tmp_path, script) as bench:
        chat = Chat(bench, "demo_goods")
        await chat.say("сколько стоит хаб?")
        await chat.say(said)
        [held] = await chat.tools()
    assert office.orders("demo_goods") == before
    told = json.loads(held.result)
    assert (held.status, told["reason"], told["total"]) == ("refused", "not_confirmed", "12\u00a0900\u00a0₽")


async def test_after_a_plain_yes_to_what_it_offered_it_orders(office: SqlBackOffice, tmp_path: Path) -> None:
    script = [OFFER, call("create_order", **HUB), "Заказ оформлен."]
    async with centre(office, tmp_path, script) as bench:
        chat = Chat(bench, "demo_goods")
        await chat.say("сколько стоит хаб?")
        await chat.say("да, оформляйте")
        assert [use.status for use in await chat.tools()] == ["done"]
    assert office.orders("demo_goods")[0].item == "hub"


@pytest.mark.parametrize(
    ("named", "status"), [("12 900 ₽", None), ("9 900 ₽", "refused"), ("12 900 руб.", None)]
)
def test_a_yes_holds_for_the_price_that_was_offered(
    office: SqlBackOffice, named: str, status: str | None
) -> None:
    context = ToolContext(HybridSearch([], None), office, consent=consent)
    offer = Said(role="agent", content=OFFER.replace("12 900 ₽", named), agent=SALES)
    origin = ActionContext(dialog_id="d", seq=3, customer_id="demo_goods")
    lines = [offer, Said(role="customer", content="да")]
    held = held_back(context, origin, lines, CreateOrder.model_validate(HUB))
    assert (held.status if held else None) == status


async def test_a_yes_to_a_person_lets_no_model_act(office: SqlBackOffice, tmp_path: Path) -> None:
    before = office.orders("demo_goods")
    script = ["Чем помочь?", call("create_order", **HUB), "Оформить заказ на хаб?"]
    async with centre(office, tmp_path, script) as bench:
        chat = Chat(bench, "demo_goods")
        await chat.say("есть вопрос по хабу с доставкой курьером")
        await bench.operators.take_over(chat.dialog_id, "olga", "")
        await bench.operators.reply(chat.dialog_id, "olga", OFFER)
        await bench.operators.hand_back(chat.dialog_id, "olga", "вернула", SALES)
        await chat.say("да")
    assert office.orders("demo_goods") == before


async def test_a_refund_is_offered_by_number_and_sum_before_it_is_made(
    office: SqlBackOffice, tmp_path: Path
) -> None:
    """Who agrees to have a payment looked for has not agreed to have it returned."""
    async with centre(office, tmp_path, [], BOSS) as bench:
        chat = Chat(bench, "demo_en")
        offered = await chat.say("How can I get a refund of my last payment?")
        assert "check whether it can be returned?" in offered
        asked = await chat.say("yes")
        latest = office.payments("demo_en")[0]
        assert (latest.refunded_rub, asked.count("?")) == (0, 1)
        assert latest.number in asked
        assert "1,990" in asked
        await chat.say("yes")
    assert office.payments("demo_en")[0].refunded_rub == 1990


@pytest.mark.parametrize(
    ("customer", "ask", "yes"),
    [
        ("demo_en", "Please switch off auto-renewal", "yes"),
        ("demo_annual", "что будет, если отменить подписку?", "да"),
        ("demo_annual", "Отключите, пожалуйста, автопродление", "да, отключайте"),
    ],
)
async def test_a_yes_to_the_only_question_acts(
    office: SqlBackOffice, tmp_path: Path, customer: str, ask: str, yes: str
) -> None:
    async with centre(office, tmp_path, []) as bench:
        chat = Chat(bench, customer)
        offered = await chat.say(ask)
        assert offered.count("?") == 1, offered
        await chat.say(yes)
    account = office.account(customer)
    assert account is not None
    assert account.subscription is not None
    assert account.subscription.status == "cancelled"


async def test_what_is_neither_yes_nor_no_is_asked_about_once(office: SqlBackOffice, tmp_path: Path) -> None:
    before = office.orders("demo_goods")
    async with centre(office, tmp_path, []) as bench:
        chat = Chat(bench, "demo_goods")
        await chat.say("сколько стоит хаб с доставкой курьером?")
        asked = await chat.say("ок, спасибо")
        assert asked.startswith("Уточню")
        assert "12 900" in asked.replace("\u00a0", " ")
        assert "ничего не меняю" in await chat.say("понял, спасибо")
        assert office.orders("demo_goods") == before
        await chat.say("сколько стоит хаб с доставкой курьером?")
        await chat.say("ага, спасибо")
        await chat.say("ок")
    assert len(office.orders("demo_goods")) == len(before) + 1
