"""Whatever model speaks, an act that needs consent is proposed; only the customer's own line confirms it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from app.adapters.mocks.llm.scripted import ScriptedChatModel
from app.bootstrap import build
from app.core.config import Settings
from app.core.dialog import Dialog
from app.core.models import Decision, RouteQuery, TurnProgress
from app.engines.backoffice.office import SqlBackOffice
from app.services.workbench import Workbench
from tests.integration.test_skills_at_work import Chat
from tests.support.clocks import Clock
from tests.support.demands import BOSS, SALES

pytestmark = pytest.mark.anyio
HUB = {"item": "hub", "delivery": "courier"}
ORDER = "закажите хаб с доставкой курьером"
QUESTION = "Заказ: Orbita Hub. Доставка курьером бесплатная: 2–5 дней. К оплате 12 900 ₽. Оформить заказ?"


BRIEF = "Оформить заказ: Orbita Hub, 12 900 ₽?"


class At:
    """Routes everything to one desk."""

    def __init__(self, agent: str) -> None:
        self.agent = agent

    async def route(self, query: RouteQuery) -> Decision:
        return Decision(agent=self.agent, confidence=1, source="lexical", reason=query.text[:10])


def call(tool: str, **arguments: Any) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": tool, "args": arguments, "id": "1", "type": "tool_call"}])


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SqlBackOffice]:
    made = SqlBackOffice(tmp_path / "office.db", demo=True)
    yield made
    made.close()


@asynccontextmanager
async def centre(
    office: SqlBackOffice, folder: Path, script: list[Any], agent: str = SALES, clock: Clock | None = None
) -> AsyncIterator[Workbench]:
    settings = Settings(_env_file=None, dialogs_storage_path=folder / "dialogs", log_level="CRITICAL")
    model = ScriptedChatModel(script=script) if script else None
    bench = build(settings, office=office, model=model, router=At(agent), clock=clock or Clock())
    await bench.start()
    try:
        yield bench
    finally:
        await bench.stop()


async def stored(chat: Chat) -> Dialog:
    return await chat.bench.dialogs.store.read(chat.dialog_id)


async def states(chat: Chat) -> list[str]:
    return [proposal.state for proposal in (await stored(chat)).proposals]


async def test_a_call_only_proposes_and_the_question_is_ours(office: SqlBackOffice, tmp_path: Path) -> None:
    before = office.orders("demo_goods")
    words = "Хороший выбор. Оформляем? Напишите, если что. Вам точно курьером?"
    async with centre(office, tmp_path, [call("create_order", **HUB), words]) as bench:
        chat = Chat(bench, "demo_goods")
        told = plain(await chat.say(ORDER))
        [used] = await chat.tools()
        assert await states(chat) == ["open"]
    assert told == f"Хороший выбор. Напишите, если что.\n\n{QUESTION}"
    assert (used.status, json.loads(used.result)["status"]) == ("proposed", "proposed")
    assert office.orders("demo_goods") == before


async def test_what_is_streamed_is_what_is_stored(office: SqlBackOffice, tmp_path: Path) -> None:
    shown: list[str] = []

    def emit(progress: TurnProgress) -> None:
        if progress.kind == "reset":
            shown.clear()
        shown.append(progress.text)

    script = [call("create_order", **HUB), "Секунду? Хороший выбор.\n\nБерём?\nОн в наличии.  "]
    async with centre(office, tmp_path, script) as bench:
        made = await bench.dialogs.create("demo_goods", ORDER, emit=emit)
    assert "".join(shown) == made.body["response"]
    assert plain("".join(shown)).count("?") == 1


@pytest.mark.parametrize("said", ["да", "да, оформляйте", "оформляйте"])
async def test_the_next_line_confirms_and_an_agent_words_the_outcome(
    office: SqlBackOffice, tmp_path: Path, said: str
) -> None:
    async with centre(office, tmp_path, [call("create_order", **HUB), "", "Готово."]) as bench:
        chat = Chat(bench, "demo_goods")
        assert plain(await chat.say(ORDER)) == QUESTION
        assert await chat.say(said) == "Готово."
        assert [use.status for use in await chat.tools()] == ["done"]
        assert await states(chat) == ["confirmed"]
        [effect] = office.effects(chat.dialog_id)
        assert effect.proposal == (await stored(chat)).proposals[0].id
    assert office.orders("demo_goods")[0].item == "hub"


@pytest.mark.parametrize(
    "said", ["хорошо, на днях", "да, но позже", "сколько стоит ключ?", "да, дорого", "два хаба"]
)
async def test_any_other_line_suspends_it(office: SqlBackOffice, tmp_path: Path, said: str) -> None:
    """Whatever the model claims then, a bare yes no longer acts; naming the act asks again."""
    before = office.orders("demo_goods")
    claim = call("create_order", **HUB)
    script = [claim, "", "Понял.", "Понял.", "Готово."]
    async with centre(office, tmp_path, script) as bench:
        chat = Chat(bench, "demo_goods")
        await chat.say(ORDER)
        assert await chat.say(said) == "Понял."
        assert await states(chat) == ["suspended"]
        assert await chat.say("да") == "Понял."
        assert office.orders("demo_goods") == before
        assert plain(await chat.say("да, оформляйте")) == f"Уточню, чтобы не ошибиться. {BRIEF}"
        assert office.orders("demo_goods") == before
        assert await chat.say("да") == "Готово."
    assert len(office.orders("demo_goods")) == len(before) + 1


async def test_an_acknowledgement_has_the_question_put_once_more(
    office: SqlBackOffice, tmp_path: Path
) -> None:
    before = office.orders("demo_goods")
    async with centre(office, tmp_path, [call("create_order", **HUB), "", "Хорошо."]) as bench:
        chat = Chat(bench, "demo_goods")
        await chat.say(ORDER)
        assert plain(await chat.say("ок, спасибо")).endswith(BRIEF)
        assert await chat.say("ок") == "Хорошо."
        assert await states(chat) == ["suspended"]
    assert office.orders("demo_goods") == before


async def test_behind_a_side_answer_the_question_is_brief(office: SqlBackOffice, tmp_path: Path) -> None:
    """The terms were told; a yes to the brief question acts, and other terms are told in full."""
    before = office.orders("demo_goods")
    dearer = call("create_order", **HUB, quantity=2)
    script = [
        call("create_order", **HUB),
        "",
        call("create_order", **HUB),
        "Хаб белый.",
        dearer,
        "",
        "Готово.",
    ]
    async with centre(office, tmp_path, script) as bench:
        chat = Chat(bench, "demo_goods")
        assert plain(await chat.say(ORDER)) == QUESTION
        assert plain(await chat.say("какого он цвета?")) == f"Хаб белый.\n\n{BRIEF}"
        assert "Количество: 2." in await chat.say("тогда два")
        assert await chat.say("да") == "Готово."
        assert await states(chat) == ["superseded", "superseded", "confirmed"]
    assert len(office.orders("demo_goods")) == len(before) + 1


async def test_a_refusal_closes_it(office: SqlBackOffice, tmp_path: Path) -> None:
    before = office.orders("demo_goods")
    async with centre(office, tmp_path, [call("create_order", **HUB), "", "Хорошо.", "Да?"]) as bench:
        chat = Chat(bench, "demo_goods")
        await chat.say(ORDER)
        assert await chat.say("нет, не надо") == "Хорошо."
        assert await states(chat) == ["declined"]
        assert not (await stored(chat)).escalated
        await chat.say("да, оформляйте")
    assert office.orders("demo_goods") == before


async def test_a_change_of_detail_proposes_anew(office: SqlBackOffice, tmp_path: Path) -> None:
    two = call("create_order", **HUB, quantity=2)
    async with centre(office, tmp_path, [call("create_order", **HUB), "", two, "", "Готово."]) as bench:
        chat = Chat(bench, "demo_goods")
        await chat.say(ORDER)
        asked = plain(await chat.say("нет, два хаба"))
        assert "25 800 ₽" in asked
        assert await states(chat) == ["superseded", "open"]
        await chat.say("да")
    assert office.orders("demo_goods")[0].quantity == 2


async def test_one_act_is_asked_about_at_a_time(office: SqlBackOffice, tmp_path: Path) -> None:
    both = AIMessage(
        "",
        tool_calls=[
            {"name": "create_order", "args": HUB, "id": "1", "type": "tool_call"},
            {"name": "cancel_subscription", "args": {}, "id": "2", "type": "tool_call"},
        ],
    )
    async with centre(office, tmp_path, [both, "К отмене подписки вернусь после."]) as bench:
        chat = Chat(bench, "demo_en")
        told = await chat.say(ORDER)
        first, second = await chat.tools()
    assert (first.status, second.status) == ("proposed", "refused")
    assert json.loads(second.result)["reason"] == "one_at_a_time"
    assert told.count("?") == 1


async def test_after_its_time_a_yes_is_an_ordinary_line(office: SqlBackOffice, tmp_path: Path) -> None:
    clock, before = Clock(), office.orders("demo_goods")
    script = [call("create_order", **HUB), "", "Что?"]
    async with centre(office, tmp_path, script, clock=clock) as bench:
        chat = Chat(bench, "demo_goods")
        await chat.say(ORDER)
        clock.ahead = timedelta(minutes=30)
        assert await chat.say("да") == "Что?"
        assert await states(chat) == ["expired"]
    assert office.orders("demo_goods") == before


async def test_above_the_limit_the_customer_agrees_first(office: SqlBackOffice, tmp_path: Path) -> None:
    async with centre(office, tmp_path, [], BOSS) as bench:
        chat = Chat(bench, "demo_annual")
        asked = plain(await chat.say("Верните деньги за годовую подписку"))
        assert "11 144 ₽" in asked
        assert "одобряет сотрудник" in asked
        assert office.approvals() == []
        await chat.say("да")
        assert [use.status for use in await chat.tools()] == ["approval"]
    [waiting] = office.approvals()
    assert waiting.amount_rub == 11144


async def test_while_a_person_serves_no_typed_line_confirms(office: SqlBackOffice, tmp_path: Path) -> None:
    before = office.orders("demo_goods")
    async with centre(office, tmp_path, [call("create_order", **HUB), "", "Готово."]) as bench:
        chat = Chat(bench, "demo_goods")
        await chat.say(ORDER)
        await bench.operators.take_over(chat.dialog_id, "olga", "")
        await chat.say("да")
        await bench.operators.reply(chat.dialog_id, "olga", "Оформляем?")
        await chat.say("да, оформляйте")
        assert await states(chat) == ["suspended"]
        await bench.operators.hand_back(chat.dialog_id, "olga", "вернула", SALES)
        asked_again = (await bench.dialogs.view(chat.dialog_id)).messages[-1]
        assert plain(asked_again.content).endswith(QUESTION)
        assert office.orders("demo_goods") == before
        await chat.say("да")
    assert len(office.orders("demo_goods")) == len(before) + 1


async def test_a_person_who_hands_back_at_once_has_the_question_put_again(
    office: SqlBackOffice, tmp_path: Path
) -> None:
    async with centre(office, tmp_path, [call("create_order", **HUB), "", "По будням.", ""]) as bench:
        chat = Chat(bench, "demo_goods")
        await chat.say(ORDER)
        await bench.operators.take_over(chat.dialog_id, "olga", "")
        await bench.operators.hand_back(chat.dialog_id, "olga", "вернула", SALES)
        assert plain(await chat.say("а когда привезут?")) == f"По будням.\n\n{QUESTION}"
        assert await states(chat) == ["open"]


async def test_terms_that_got_worse_are_put_anew(office: SqlBackOffice, tmp_path: Path) -> None:
    async with centre(office, tmp_path, [call("refund_payment", payment="P-1006"), "", ""], BOSS) as bench:
        chat = Chat(bench, "customer_123")
        await chat.say("верните 990")
        dialog = await stored(chat)
        dialog.proposals[0].facts["amount_rub"] = 1990
        await bench.dialogs.store.write(dialog)
        assert plain(await chat.say("да")).startswith("За это время условия изменились")
        assert await states(chat) == ["superseded", "open"]
    assert office.payments("customer_123")[0].refunded_rub == 0


@pytest.mark.parametrize(
    ("customer", "ask", "yes"),
    [
        ("demo_en", "Please switch off auto-renewal", "yes"),
        ("demo_annual", "Отключите, пожалуйста, автопродление", "да, отключайте"),
    ],
)
async def test_the_embedded_model_says_nothing_beside_the_question(
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


async def test_one_more_of_the_same_is_asked_about(office: SqlBackOffice, tmp_path: Path) -> None:
    before = len(office.orders("demo_goods"))
    order = call("create_order", **HUB)
    async with centre(office, tmp_path, [order, "", "Готово.", order, "", "Готово."]) as bench:
        chat = Chat(bench, "demo_goods")
        await chat.say(ORDER)
        await chat.say("да")
        asked = await chat.say(ORDER)
        assert asked.startswith("Такой же заказ вы только что оформили: O-")
        assert asked.endswith("Оформить ещё один?")
        assert len(office.orders("demo_goods")) == before + 1
        await chat.say("да")
    assert len(office.orders("demo_goods")) == before + 2
