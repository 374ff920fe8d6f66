"""The latest wish, a threat of a court, paid days, and what is not sold, in whole turns."""

from __future__ import annotations

import pytest

from app.engines.backoffice.office import SqlBackOffice
from app.services.workbench import Workbench
from tests.integration.test_skills_at_work import Chat, bench, office
from tests.integration.test_talk_of_orders import put

__all__ = ["bench", "office"]
pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "lines",
    [
        ["business for 5 users", "hm no actually make it pro, just me. and yearly", "yep go ahead"],
        ["order business for 4 people for a month", "make it pro for a year, just for me", "yes do it"],
        ["бизнес на 5 человек на месяц", "хотя нет, давайте профи, только мне. и на год", "да, оформляйте"],
        ["оформите бизнес на четверых на месяц", "лучше профи, на одного, на год", "да, давайте"],
    ],
)
async def test_the_latest_wish_is_ordered_and_the_people_of_the_first_fall(
    bench: Workbench, office: SqlBackOffice, lines: list[str]
) -> None:
    chat = Chat(bench, "demo_trial")
    for line in lines[:-1]:
        told = await chat.say(line)
    assert await put(chat) == {"item": "pro", "period": "year", "quantity": 1}
    assert "nothing is changed" not in told
    assert "ничего не меняю" not in told
    await chat.say(lines[-1])
    orders = office.orders("demo_trial")
    assert [(order.item, order.period) for order in orders] == [("pro", "year")]


@pytest.mark.parametrize(
    "lines",
    [
        ["order business for 4 people for a month", "make it pro for a year"],
        ["оформите бизнес на четверых на месяц", "лучше профи на год"],
    ],
)
async def test_people_that_another_plan_does_not_take_are_not_carried_to_it(
    bench: Workbench, lines: list[str]
) -> None:
    chat = Chat(bench, "demo_trial")
    for line in lines:
        await chat.say(line)
    proposed = await put(chat)
    assert (proposed["item"], proposed["period"], proposed.get("quantity", 1)) == ("pro", "year", 1)


@pytest.mark.parametrize(
    ("lines", "yes"),
    [
        (["order business for 4 people for a month", "make it pro for 6 people"], "yes do it"),
        (["оформите бизнес на четверых на месяц", "лучше профи на 6 человек"], "да, оформляйте"),
    ],
)
async def test_a_wish_that_is_refused_does_not_bring_the_old_one_back(
    bench: Workbench, office: SqlBackOffice, lines: list[str], yes: str
) -> None:
    chat = Chat(bench, "demo_trial")
    for line in lines:
        told = await chat.say(line)
    assert "3" in told
    said = await chat.say(yes)
    assert "quantity 4" not in said
    assert "«Бизнес», количество" not in said
    assert "990" not in said
    assert not office.orders("demo_trial")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("gonna sue u guys", "I have called a person"),
        ("you will hear from my lawyer", "I have called a person"),
        ("i am off to the consumer protection people", "I have called a person"),
        ("подам на вас в суд", "Я позвал сотрудника"),
        ("пойду в роспотребнадзор", "Я позвал сотрудника"),
    ],
)
async def test_a_threat_of_a_court_calls_a_person(bench: Workbench, said: str, told: str) -> None:
    chat = Chat(bench, "customer_123")
    assert told in await chat.say(said)
    assert "call_person" in [use.name for use in await chat.tools()]


@pytest.mark.parametrize(
    ("said", "plans"),
    [
        ("wats the diffrence between pro and busines??", ["Pro", "Business"]),
        ("whats bussiness got that pro doesnt", ["Pro", "Business"]),
        ("чем отличается бейсик от профи", ["Базовый", "Профи"]),
        ("что лучше, профи или бизнесс?", ["Профи", "Бизнес"]),
    ],
)
async def test_a_plan_is_known_by_a_name_with_a_slip(bench: Workbench, said: str, plans: list[str]) -> None:
    told = await Chat(bench, "demo_trial").say(said)
    rows = [row for row in told.split("\n") if row.startswith("•")]
    assert [plan in row for plan, row in zip(plans, rows, strict=True)] == [True, True]


@pytest.mark.parametrize("said", ["order busines for a month", "подключите бизнесс на месяц"])
async def test_an_order_is_of_the_plan_whose_name_has_a_slip(bench: Workbench, said: str) -> None:
    chat = Chat(bench, "demo_trial")
    await chat.say(said)
    assert (await put(chat))["item"] == "business"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["i want to buy a hub", "yes"], "pick-up point"),
        (["хочу купить хаб", "оформляйте"], "пункт выдачи"),
    ],
)
async def test_a_yes_to_courier_or_pick_up_takes_the_courier_and_tells_of_the_other(
    bench: Workbench, lines: list[str], told: str
) -> None:
    chat = Chat(bench, "demo_en")
    for line in lines:
        said = await chat.say(line)
    assert (await put(chat))["delivery"] == "courier"
    assert told in said


@pytest.mark.parametrize(
    "said", ["do you ship pizza", "do you sell bicycles?", "пиццу доставляете?", "а велосипеды продаёте?"]
)
async def test_what_is_not_sold_gets_no_terms_of_what_is(bench: Workbench, said: str) -> None:
    told = await Chat(bench, "customer_123").say(said)
    assert "Hub" not in told
    assert "do not sell" in told or "не продаём" in told


@pytest.mark.parametrize(
    "said", ["do you deliver to Kazan?", "do you ship overnight?", "доставляете в Казань?"]
)
async def test_a_place_or_a_way_is_no_thing(bench: Workbench, said: str) -> None:
    told = await Chat(bench, "customer_123").say(said)
    assert "do not sell" not in told
    assert "не продаём" not in told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("can i use it offline on the train", "Offline mode"),
        ("можно пользоваться без интернета в поезде?", "Офлайн-режим"),
    ],
)
async def test_work_without_a_network_is_no_outage(bench: Workbench, said: str, told: str) -> None:
    assert told in await Chat(bench, "customer_123").say(said)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["switch me to pro for a month", "will i lose the days i already paid for?"], "set off"),
        (["cancel my subscription", "will i lose the days?"], "no paid day is lost"),
        (["what happens to the days i paid for"], "end of the paid period"),
        (["хочу перейти на бизнес", "а остаток дней куда денется?"], "зачитывается"),
        (["отмените подписку", "остаток дней куда денется?"], "не пропадут"),
    ],
)
async def test_what_becomes_of_paid_days_is_told(bench: Workbench, lines: list[str], told: str) -> None:
    chat = Chat(bench, "customer_123")
    for line in lines:
        said = await chat.say(line)
    assert told in said
    assert len(lines) == 1 or said.rstrip().endswith("?")
