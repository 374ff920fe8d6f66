"""Which payment, order, ticket or incident is meant: looked up, picked by what was said, or asked."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.models import OpenMatter
from app.engines.offline.intents import WHICH
from app.engines.offline.lexicon import skillbook
from tests.support.scenes import BOSS, SALES, TECH, Result, call, say

HUB = {
    "number": "P-1001",
    "amount": "990 ₽",
    "purpose": "Orbita Hub",
    "refunded": "0 ₽",
    "paid": "November 20, 2026",
}
PLAN = {**HUB, "number": "P-1002", "amount": "1,990 ₽", "purpose": "Basic, a month"}


def rows(tool: str, key: str, *found: dict[str, Any]) -> Result:
    return tool, {"status": "found" if found else "nothing", key: list(found), "more": 0}


def payments(*found: dict[str, Any]) -> Result:
    return rows("find_payments", "payments", *found)


def words(skill: str) -> Any:
    return skillbook("en").skills[skill]


def test_a_number_that_is_named_is_not_looked_up() -> None:
    made = call("refund P-1002 please", "refund", agent=BOSS)
    assert (made.tool, made.arguments) == ("refund_payment", {"payment": "P-1002"})


def test_sum_and_day_narrow_the_look_up() -> None:
    made = call("refund the 990 roubles of November 12", "refund", agent=BOSS)
    assert (made.tool, made.arguments) == ("find_payments", {"amount_rub": 990, "on": "2026-11-12"})


def test_of_several_payments_the_latest_is_proposed_since_the_customer_is_asked_before_it_counts() -> None:
    made = call("I want my money back", "refund", agent=BOSS, results=(payments(HUB, PLAN),))
    assert made.arguments == {"payment": "P-1001"}


def test_goods_that_are_named_pick_their_payment_and_never_another() -> None:
    said = "refund the hub"
    assert call(said, "refund", agent=BOSS, results=(payments(PLAN, HUB),)).arguments == {"payment": "P-1001"}
    asked = say(said, "refund", agent=BOSS, results=(payments(PLAN),))
    assert asked.text.startswith(words("refund").say["none_such"][0])
    assert asked.text.endswith(words("refund").asks[WHICH])


def test_after_a_search_that_had_to_be_widened_nothing_is_taken_for_granted() -> None:
    said = "refund yesterday's payment of 500 roubles"
    assert call(said, "refund", agent=BOSS, results=(payments(),)).arguments == {}
    asked = say(said, "refund", agent=BOSS, results=(payments(), payments(HUB)))
    assert "P-1001" in asked.text
    assert asked.matter is not None
    assert asked.matter.asked == WHICH


def test_without_payments_it_says_so() -> None:
    told = say("I want my money back", "refund", agent=BOSS, results=(payments(),))
    assert told.text == words("refund").say["nothing"][0]


def test_of_a_double_charge_the_extra_one_is_returned() -> None:
    twice = {**PLAN, "number": "P-1003", "duplicate_of": "P-1002"}
    made = call("charged twice, refund one", "refund", agent=BOSS, results=(payments(HUB, twice, PLAN),))
    assert made.arguments == {"payment": "P-1003"}


def test_what_was_returned_already_is_passed_over() -> None:
    back = {**HUB, "refunded": "990 ₽"}
    made = call("I want my money back", "refund", agent=BOSS, results=(payments(back, PLAN),))
    assert made.arguments == {"payment": "P-1002"}


@pytest.mark.parametrize(("said", "number"), [("the first", "P-1005"), ("the second one", "P-1004")])
def test_the_second_is_the_second_of_the_list_that_was_shown(said: str, number: str) -> None:
    shown = f"• P-1005: 990 ₽\n• P-1004: 990 ₽\n{words('refund').asks[WHICH]}"
    asked = OpenMatter(act="refund", text="my money back", asked=WHICH)
    made = call(said, "give_data", agent=BOSS, before=("my money back", shown), matter=asked)
    assert (made.tool, made.arguments) == ("refund_payment", {"payment": number})


TICKETS = [{"number": f"T-100{n}", "subject": "Sync", "ticket_status": "open"} for n in (1, 2)]


def test_what_is_done_at_once_is_picked_only_from_one() -> None:
    one = rows("find_tickets", "tickets", TICKETS[0])
    made = call("close my ticket", "close_ticket", agent=TECH, results=(one,))
    assert (made.tool, made.arguments) == ("close_ticket", {"ticket": "T-1001"})
    asked = say(
        "close my ticket", "close_ticket", agent=TECH, results=(rows("find_tickets", "tickets", *TICKETS),)
    )
    assert "T-1001" in asked.text
    assert "T-1002" in asked.text
    assert asked.text.endswith(words("close").asks[WHICH])


def test_of_orders_the_one_that_can_still_be_cancelled_is_meant() -> None:
    paid = {"number": "O-1002", "item": "Orbita Key", "order_status": "paid"}
    open_one = {"number": "O-1001", "item": "Orbita Hub", "order_status": "awaiting payment"}
    made = call(
        "cancel my order",
        "cancel_order",
        agent=SALES,
        results=(rows("find_orders", "orders", paid, open_one),),
    )
    assert made.arguments == {"order": "O-1001"}


def test_of_outages_the_one_that_lasted_long_enough_is_compensated() -> None:
    short = {"number": "I-1", "service": "calls", "title": "Calls", "hours": "2 hours", "state": "ended"}
    long = {**short, "number": "I-2", "hours": "30 hours"}
    status = rows("service_status", "incidents", short, long)
    made = call("compensate the outage", "compensation", agent=BOSS, results=(status,))
    assert (made.tool, made.arguments) == ("compensate_outage", {"incident": "I-2"})


def test_who_has_no_order_to_pay_may_owe_for_the_plan() -> None:
    nothing = rows("find_orders", "orders")
    assert (
        call("send me the link to pay", "pay_link", agent=SALES, results=(nothing,)).tool == "account_facts"
    )


def test_the_one_that_was_just_told_is_meant() -> None:
    told = ("where is it", "Order O-1 is on its way.")
    both = rows(
        "find_orders", "orders", {"number": "O-2", "order_status": "awaiting payment"}, {"number": "O-1"}
    )
    made = call("change its address", "change_address", before=told, results=(both,))
    assert made.arguments["order"] == "O-1"
