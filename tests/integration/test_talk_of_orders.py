"""Orders, plans and changes of mind, in whole turns."""

from __future__ import annotations

import pytest

from app.engines.backoffice.office import SqlBackOffice
from app.services.workbench import Workbench
from tests.integration.test_skills_at_work import Chat, bench, office

__all__ = ["bench", "office"]
pytestmark = pytest.mark.anyio


def status_of(office: SqlBackOffice, customer: str) -> str:
    account = office.account(customer)
    assert account is not None
    assert account.subscription is not None
    return account.subscription.status


async def put(chat: Chat) -> dict[str, object]:
    """The arguments of what the last answer proposes."""
    found = [use.arguments for use in await chat.tools() if use.status == "proposed"]
    return found[-1] if found else {}


@pytest.mark.parametrize(
    ("lines", "choice"),
    [
        (["order the pro plan", "sure, go ahead"], "For a month or for a whole year?"),
        (["подключите тариф профи", "ага, оформляй"], "На месяц или сразу на год?"),
    ],
)
async def test_a_yes_that_chooses_nothing_gets_the_choice_again_and_then_it_is_made(
    bench: Workbench, lines: list[str], choice: str
) -> None:
    chat = Chat(bench, "demo_trial")
    for line in lines:
        assert (await chat.say(line)).endswith(choice)
    await chat.say("yearly" if "month" in choice else "годовой")
    assert (await put(chat))["period"] == "year"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["order the pro plan", "cancel this please"], "All right, nothing is changed."),
        (["подключите тариф профи", "отмена"], "Хорошо, ничего не меняю."),
    ],
)
async def test_a_cancel_beside_a_choice_closes_it_and_touches_no_subscription(
    bench: Workbench, lines: list[str], told: str
) -> None:
    chat = Chat(bench, "demo_trial")
    await chat.say(lines[0])
    assert await chat.say(lines[1]) == told
    assert not await put(chat)


@pytest.mark.parametrize(
    ("said", "period"),
    [
        ("set me up with pro for one yr", "year"),
        ("pro, 12 months at once please", "year"),
        ("беру про на годик", "year"),
        ("подключите прошку помесячно", "month"),
        ("хочу про за 12 мес", "year"),
    ],
)
async def test_a_period_that_was_told_is_not_asked_again(bench: Workbench, said: str, period: str) -> None:
    chat = Chat(bench, "demo_trial")
    await chat.say(said)
    proposed = await put(chat)
    assert (proposed["item"], proposed["period"]) == ("pro", period)


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        (["i'd like a hub", "two of them, to 7 Garden street Kazan"], "7 Garden street Kazan"),
        (["нужен хаб", "две штуки, на ул. Мира 7"], "ул. Мира 7"),
    ],
)
async def test_pieces_and_address_that_are_told_beside_the_choice_stand_in_the_order(
    bench: Workbench, lines: list[str], address: str
) -> None:
    chat = Chat(bench, "demo_en")
    told = [await chat.say(line) for line in lines]
    ordered = {"item": "hub", "quantity": 2, "delivery": "courier", "address": address}
    assert await put(chat) == ordered
    assert "25" in told[-1]
    assert "800" in told[-1]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("one hub by courier, a red one", "cannot be recorded"),
        ("one hub by courier on saturday", "I cannot record a day"),
        ("хаб курьером, с гравировкой", "записать нельзя"),
        ("хаб курьером, привезите в субботу", "обещать день доставки я не могу"),
    ],
)
async def test_what_an_order_cannot_hold_is_said_and_not_dropped(
    bench: Workbench, said: str, told: str
) -> None:
    chat = Chat(bench, "demo_en")
    assert told in await chat.say(said)
    assert (await put(chat))["item"] == "hub"


@pytest.mark.parametrize(
    ("lines", "plans"),
    [
        (["order pro for a month", "how does business differ?"], ("Pro", "Business")),
        (["оформите профи на месяц", "а в чём разница с бизнесом?"], ("Профи", "Бизнес")),
    ],
)
async def test_a_difference_is_told_of_both_plans_and_what_is_put_stands(
    bench: Workbench, office: SqlBackOffice, lines: list[str], plans: tuple[str, str]
) -> None:
    chat = Chat(bench, "demo_trial")
    await chat.say(lines[0])
    told = await chat.say(lines[1])
    rows = [row for row in told.split("\n") if row.startswith("•")]
    assert [plan in row for plan, row in zip(plans, rows, strict=True)] == [True, True]
    assert await put(chat) == {"item": "pro", "period": "month", "quantity": 1}
    await chat.say("go with business then" if "Pro" in plans else "тогда давай бизнес")
    assert await put(chat) == {"item": "business", "period": "month", "quantity": 1}
    assert not office.orders("demo_trial")


async def test_two_things_are_told_apart_by_use_and_price(bench: Workbench) -> None:
    told = await Chat(bench, "demo_en").say("hub or key, which one is better for me")
    assert "12,900" in told
    assert "2,490" in told
    assert "Shall I" not in told


@pytest.mark.parametrize(
    ("lines", "period"),
    [
        (["order pro for a month", "ok but make it a year"], "year"),
        (["оформите профи на год", "да, только на месяц"], "month"),
    ],
)
async def test_a_yes_on_other_terms_gets_one_new_question_on_those(
    bench: Workbench, office: SqlBackOffice, lines: list[str], period: str
) -> None:
    chat = Chat(bench, "demo_trial")
    for line in lines:
        await chat.say(line)
    assert (await put(chat))["period"] == period
    await chat.say("yes" if "order" in lines[0] else "да")
    assert [order.period for order in office.orders("demo_trial")] == [period]


@pytest.mark.parametrize(
    ("lines", "yes"),
    [
        (["refund my last payment", "no, no refund. just stop the renewal"], "yes"),
        (["верните последний платёж", "не, возврат не надо. сделайте чтоб больше не списывалось"], "да"),
    ],
)
async def test_another_wish_behind_a_no_is_served_at_once_by_its_desk(
    bench: Workbench, office: SqlBackOffice, lines: list[str], yes: str
) -> None:
    chat = Chat(bench, "demo_en")
    for line in (*lines, yes):
        await chat.say(line)
    assert status_of(office, "demo_en") == "cancelled"
    assert not any(payment.refunded_rub for payment in office.payments("demo_en"))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["refund my year", "no, give me the whole sum"], "unused whole months"),
        (["верните деньги за год", "а почему так мало? верните полностью"], "неиспользованные полные месяцы"),
    ],
)
async def test_who_wants_more_hears_the_rule_and_of_a_person(
    bench: Workbench, lines: list[str], told: str
) -> None:
    chat = Chat(bench, "demo_annual")
    await chat.say(lines[0])
    said = await chat.say(lines[1])
    assert told in said
    assert "call a person" in said or "позовите сотрудника" in said
    assert await put(chat)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("will you give my money back if i don't like it?", "14 days"),
        ("а если куплю и не подойдёт, деньги вернёте?", "14 дней"),
    ],
)
async def test_terms_of_a_refund_are_told_before_anything_is_paid(
    bench: Workbench, said: str, told: str
) -> None:
    chat = Chat(bench, "demo_trial")
    assert told in await chat.say(said)
    assert not await put(chat)


async def test_a_discount_comes_with_its_reason(bench: Workbench) -> None:
    chat = Chat(bench, "demo_student")
    assert "50 % для учащихся" in (await chat.say("сколько стоит профи?")).replace("\u00a0", " ")
    told = (await chat.say("перейти на профи помесячно")).replace("\u00a0", " ")
    assert "50 % для учащихся" in told


async def test_a_pause_keeps_the_question_and_only_a_clear_yes_acts(
    bench: Workbench, office: SqlBackOffice
) -> None:
    chat = Chat(bench, "demo_en")
    await chat.say("cancel my renewal")
    for pause in ("hold on", "let me think about it"):
        assert (await chat.say(pause)).startswith("Take your time")
    assert status_of(office, "demo_en") == "active"
    assert "Renewal is off" in await chat.say("yes, switch it off")


async def test_a_list_that_is_told_again_keeps_its_lines(bench: Workbench) -> None:
    chat = Chat(bench, "customer_123")
    first = await chat.say("покажи мои платежи")
    again = await chat.say("покажи мои платежи")
    assert again.split("\n")[1:] == first.split("\n")
