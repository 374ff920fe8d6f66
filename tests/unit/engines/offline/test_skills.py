"""Skills over several lines: what is asked for, looked up, confirmed, dropped."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage, ToolMessage

from app.agents.tools.actions import handoff_tool
from app.engines.offline.lexicon import phrasebook, skillbook
from tests.support.company import ROSTER
from tests.support.demands import BOSS, SALES, TECH
from tests.unit.engines.offline.skill_results import INCIDENT
from tests.unit.engines.offline.skill_turns import called, question
from tests.unit.engines.offline.test_model import answer
from tests.unit.engines.offline.test_understanding import call_for, reply_to


@pytest.mark.parametrize(
    ("agent", "said", "skill", "key"),
    [
        (SALES, "оформите Профи", "order", "period"),
        (SALES, "закажите хаб", "order", "delivery"),
        (SALES, "хочу оформить подписку", "order", "item"),
        (SALES, "смените мне тариф", "change", "plan"),
        (TECH, "заведите заявку", "ticket", "subject"),
        (TECH, "передайте разработчикам", "developers", "subject"),
        (TECH, "добавьте к заявке T-1001", "update", "note"),
        (BOSS, "хочу подать жалобу", "complaint", "subject"),
        (BOSS, "перезвоните завтра", "callback", "time"),
        (SALES, "order Pro", "order", "period"),
        (SALES, "buy a hub", "order", "delivery"),
        (TECH, "open a ticket", "ticket", "subject"),
        (BOSS, "I want to file a complaint", "complaint", "subject"),
        (BOSS, "call me back tomorrow", "callback", "time"),
    ],
)
def test_what_is_missing_is_asked_for(agent: str, said: str, skill: str, key: str) -> None:
    reply = reply_to(agent, said)
    lang = "ru" if any("а" <= c <= "я" for c in said.lower()) else "en"
    assert (reply.text, reply.tool_calls) == (question(skill, key, lang), [])


@pytest.mark.parametrize(
    ("agent", "lines", "tool", "arguments"),
    [
        (SALES, ("оформите Профи", ("order", "period"), "на год"),
         "create_order", {"item": "pro", "period": "year"}),
        (SALES, ("закажите два ключа", ("order", "delivery"), "самовывоз"),
         "create_order", {"item": "key", "quantity": 2, "delivery": "pickup"}),
        (SALES, ("смените мне тариф", ("change", "plan"), "Бизнес"),
         "change_subscription", {"plan": "business"}),
        (SALES, ("сколько Профи на год?", ("order", "offer"), "давайте"),
         "create_order", {"item": "pro", "period": "year"}),
        (TECH, ("не видно камеру в браузере", ("ticket", "offer"), "да"),
         "open_ticket", {"subject": "не видно камеру в браузере"}),
        (TECH, ("передайте разработчикам", ("developers", "subject"), "вылет при входе"),
         "escalate_to_developers", {"subject": "вылет при входе"}),
        (TECH, ("добавьте к заявке T-1001", ("update", "note"), "на телефоне так же"),
         "update_ticket", {"ticket": "T-1001", "note": "на телефоне так же"}),
        (BOSS, ("хочу подать жалобу", ("complaint", "subject"), "курьер не приехал"),
         "open_complaint", {"subject": "курьер не приехал"}),
        (BOSS, ("перезвоните завтра", ("callback", "time"), "в 16"),
         "book_callback", {"when": "2026-11-23T16:00:00+03:00"}),
        (BOSS, ("перезвоните в воскресенье в 12", ("callback", "again"), "тогда завтра"),
         "book_callback", {"when": "2026-11-23T12:00:00+03:00"}),
        (BOSS, ("верните P-9999", ("refund", "again"), "за вчера"), "find_payments", {"on": "2026-11-21"}),
        (BOSS, ("верните деньги", ("refund", "which"), "P-1002"), "refund_payment", {"payment": "P-1002"}),
        (BOSS, ("верните деньги", ("refund", "which"), "за 990"), "find_payments", {"amount_rub": 990}),
    ],
)  # fmt: skip
def test_the_answer_to_a_question_of_ours_goes_on(
    agent: str, lines: tuple[Any, ...], tool: str, arguments: dict[str, Any]
) -> None:
    said, (skill, key), now = lines
    assert call_for(agent, said, question(skill, key), now) == (tool, arguments)


def test_after_a_change_of_language_it_goes_on_in_the_new_one() -> None:
    name, args = call_for(SALES, "оформите Профи", question("order", "period"), "for a year please")
    assert (name, args) == ("create_order", {"item": "pro", "period": "year"})
    reply = reply_to(SALES, "закажите", question("order", "item"), "the hub, please")
    assert reply.text == question("order", "delivery", "en")


@pytest.mark.parametrize("no", ["нет", "не надо", "передумал", "нет, оставьте как есть"])
def test_no_drops_what_was_asked_before(no: str) -> None:
    reply = reply_to(SALES, "как отменить подписку?", question("cancel", "offer"), no)
    assert (reply.text, reply.tool_calls) == (skillbook("ru").general["declined"][0], [])


@pytest.mark.parametrize(
    "said", ["а сколько стоит Профи?", "где скачать приложение", "да, но сначала скажите"]
)
def test_another_topic_confirms_nothing(said: str) -> None:
    asked = call_for(SALES, "как отменить подписку?", question("cancel", "offer"), said)
    assert asked[0] in ("", "search_knowledge", "quote")


@pytest.mark.parametrize(
    ("said", "tool", "arguments"),
    [
        ("верните меня на Базовый", "change_subscription", {"plan": "basic"}),
        ("отмените подписку", "cancel_subscription", {}),
        ("cancel my subscription", "cancel_subscription", {}),
    ],
)
def test_an_act_that_needs_consent_is_called_at_once_and_beside_its_question_nothing_is_said(
    said: str, tool: str, arguments: dict[str, Any]
) -> None:
    assert call_for(SALES, said) == (tool, arguments)
    proposed = ToolMessage('{"status": "proposed"}', tool_call_id="1", name=tool)
    lines: list[BaseMessage] = [
        SystemMessage("prompt", additional_kwargs={"agent": SALES, "language": "ru"}),
        HumanMessage(said),
        proposed,
    ]
    offered: list[Any] = [t.offer() for t in next(a for a in ROSTER if a.name == SALES).tools]
    reply = answer(lines, offered)
    assert (reply.text, reply.tool_calls) == ("", [])


def test_what_was_declined_is_told_as_such() -> None:
    lines: list[BaseMessage] = [
        SystemMessage("prompt", additional_kwargs={"agent": SALES, "language": "ru"}),
        HumanMessage("нет, не надо"),
        ToolMessage('{"status": "declined"}', tool_call_id="1", name="cancel_subscription"),
    ]
    assert answer(lines, []).text == skillbook("ru").general["declined"][0]


def test_an_outage_that_lasts_is_told_before_the_steps() -> None:
    facts = {"agent": TECH, "language": "ru", "escalates_to": BOSS, "passages": [("call-drops", 0.9)]}
    offered: list[Any] = [t.offer() for t in next(a for a in ROSTER if a.name == TECH).tools]
    lines: list[BaseMessage] = [
        SystemMessage("prompt", additional_kwargs=facts), HumanMessage("видеозвонки обрываются"),
    ]  # fmt: skip
    looked = answer(lines, offered)
    assert called(looked) == ("service_status", {})
    found = json.dumps({"status": "found", "incidents": [{**INCIDENT, "since": "12:00"}]})
    told = answer([*lines, looked, ToolMessage(found, tool_call_id="1", name="service_status")], offered)
    assert "Orbita Calls" in told.text
    none = json.dumps({"status": "found", "incidents": []})
    steps = answer([*lines, looked, ToolMessage(none, tool_call_id="1", name="service_status")], offered)
    assert "1. " in steps.text


def test_a_colleague_with_the_tool_is_handed_the_customer() -> None:
    assert call_for(TECH, "оформите Профи на год")[1]["to"] == SALES
    assert call_for(SALES, "verify this: open a ticket, the camera is black")[1].get("to") == TECH
    assert call_for(SALES, "перезвоните мне завтра в 15:00")[1]["to"] == BOSS


def test_somebody_unknown_is_told_so_and_answered_from_the_articles() -> None:
    facts = {"agent": SALES, "language": "ru", "escalates_to": BOSS, "passages": [("plan-pro", 0.9)]}
    offered: list[Any] = [
        *(t.offer() for t in next(a for a in ROSTER if a.name == SALES).tools),
        handoff_tool((BOSS,)),
    ]
    refused = json.dumps({"status": "refused", "reason": "unknown_customer"})
    lines: list[BaseMessage] = [
        SystemMessage("prompt", additional_kwargs=facts),
        HumanMessage("оформите Профи на год"),
        ToolMessage(refused, tool_call_id="1", name="create_order"),
    ]
    reply = answer(lines, offered)
    assert reply.text.startswith(skillbook("ru").general["stranger"][0])
    assert reply.response_metadata["citations"] == ["plan-pro"]
    goes_on: list[BaseMessage] = [*lines[:2], reply, HumanMessage("да")]
    assert called(answer(goes_on, offered))[1]["to"] == BOSS


def test_goodwill_is_granted_only_after_a_complaint() -> None:
    asked = "что вы дадите за неудобства, бонус?"
    assert call_for(BOSS, asked)[0] != "grant_credit"
    registered = "Зарегистрировал жалобу, номер C-1. Мне жаль, что так вышло."
    assert call_for(BOSS, "мне нахамил ваш оператор", registered, asked)[0] == "grant_credit"


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("Связь пропадала всю неделю. Начислите мне 250 ₽ в качестве извинения", 250),
        ("Give me a 350 rouble credit for the inconvenience.", 350),
    ],
)
def test_a_sum_of_goodwill_that_is_named_goes_to_the_policy(said: str, amount: int) -> None:
    name, args = call_for(BOSS, said)
    assert (name, args["amount_rub"]) == ("grant_credit", amount)


@pytest.mark.parametrize("said", ["начислите бонус за неудобства", "give me something for the inconvenience"])
def test_goodwill_without_a_sum_waits_for_a_complaint(said: str) -> None:
    assert call_for(BOSS, said)[0] != "grant_credit"


def test_who_asks_how_is_told_how_and_offered_to_have_it_done() -> None:
    facts = {
        "agent": SALES,
        "language": "ru",
        "escalates_to": BOSS,
        "passages": [("cancel-subscription", 0.9)],
    }
    offered: list[Any] = [t.offer() for t in next(a for a in ROSTER if a.name == SALES).tools]
    lines: list[BaseMessage] = [
        SystemMessage("prompt", additional_kwargs=facts),
        HumanMessage("как отменить подписку?"),
    ]
    told = answer(lines, offered)
    assert told.text.endswith(question("cancel", "offer"))
    assert called(answer([*lines, told, HumanMessage("да")], offered)) == ("cancel_subscription", {})


def test_a_result_that_is_no_json_is_no_crash() -> None:
    lines: list[BaseMessage] = [
        SystemMessage("prompt", additional_kwargs={"agent": SALES, "language": "ru"}),
        HumanMessage("оформите Профи на год"),
        ToolMessage("<html>", tool_call_id="1", name="create_order"),
    ]
    offered: list[Any] = [t.offer() for t in next(a for a in ROSTER if a.name == SALES).tools]
    assert answer(lines, offered).text


def test_a_bare_no_to_nothing_that_was_asked_ends_quietly() -> None:
    assert (
        reply_to(SALES, "отмените подписку", "Продление отключено.", "нет").text
        == phrasebook("ru").say["ack"]
    )


def test_when_a_person_decides_the_answer_is_not_promised_for_a_time() -> None:
    passed = skillbook("ru").general["approval"][1]
    assert (
        reply_to(BOSS, "верните деньги", passed, "а когда решат?").text
        == skillbook("ru").general["waiting"][0]
    )


def test_a_demand_for_one_thing_is_no_yes_to_another() -> None:
    offered = ("сколько стоит Профи на месяц?", question("order", "offer"), "отмените подписку")
    assert call_for(SALES, *offered) == ("cancel_subscription", {})
