"""Refunds over several lines: which payment is meant, and which is not."""

from __future__ import annotations

from typing import Any

import pytest

from app.engines.offline.lexicon import skillbook
from tests.support.demands import BOSS
from tests.unit.engines.offline.skill_results import PAYMENT
from tests.unit.engines.offline.skill_turns import Result, after, called, question
from tests.unit.engines.offline.test_understanding import call_for

OTHER = {**PAYMENT, "number": "P-1002", "amount_rub": 1990}


def payments(*rows: dict[str, Any]) -> Result:
    return "find_payments", {"status": "found" if rows else "nothing", "payments": list(rows), "more": 0}


def test_exactly_one_payment_is_refunded_at_once() -> None:
    reply = after(BOSS, "ru", "верните деньги за 990 ₽", results=[payments(PAYMENT)])
    assert called(reply) == ("refund_payment", {"payment": "P-1001"})


def test_of_several_payments_one_is_asked_for() -> None:
    reply = after(BOSS, "en", "refund me, I want my money", results=[payments(PAYMENT, OTHER)])
    assert not reply.tool_calls
    assert "P-1001" in reply.text
    assert reply.text.endswith(question("refund", "which", "en"))


@pytest.mark.parametrize(("said", "number"), [("первый", "P-1005"), ("второй", "P-1004")])
def test_the_second_means_the_second_of_the_list_that_was_shown(said: str, number: str) -> None:
    shown = f"• P-1005: 990 ₽\n• P-1004: 990 ₽\n{question('refund', 'which')}"
    assert call_for(BOSS, "верните деньги", shown, said) == ("refund_payment", {"payment": number})


def test_goods_that_no_payment_names_are_not_refunded_by_another_payment() -> None:
    plan = {**OTHER, "purpose": "Базовый, месяц"}
    reply = after(BOSS, "ru", "верните деньги за хаб", results=[payments(plan)])
    assert not reply.tool_calls
    named = after(BOSS, "ru", "верните деньги за хаб", results=[payments(plan, PAYMENT)])
    assert called(named) == ("refund_payment", {"payment": "P-1001"})


def test_after_a_search_that_had_to_be_widened_nothing_is_taken_for_granted() -> None:
    said = "верните деньги за вчерашний платёж 500 ₽"
    assert called(after(BOSS, "ru", said, results=[payments()])) == ("find_payments", {})
    reply = after(BOSS, "ru", said, results=[payments(), payments(PAYMENT)])
    assert not reply.tool_calls
    assert reply.text.startswith(skillbook("ru").skills["refund"].say["none_such"][0])


def test_without_payments_it_says_so_and_asks() -> None:
    reply = after(BOSS, "ru", "верните деньги", results=[payments()])
    assert reply.text == skillbook("ru").skills["refund"].say["nothing"][0]


def test_of_a_double_charge_the_extra_one_is_returned() -> None:
    twice = {**OTHER, "duplicate_of": "P-1001"}
    reply = after(BOSS, "ru", "списали дважды, верните лишние деньги", results=[payments(twice, PAYMENT)])
    assert called(reply) == ("refund_payment", {"payment": "P-1002"})


def test_after_the_action_the_turn_ends_in_words() -> None:
    raw = {"status": "done", "number": "R-1", "payment": "P-1001", "amount_rub": 990}
    reply = after(BOSS, "ru", "верните деньги за 990 ₽", results=[payments(PAYMENT), ("refund_payment", raw)])
    assert not reply.tool_calls
    assert "R-1" in reply.text


def test_the_latest_payment_is_the_first_of_the_list() -> None:
    reply = after(BOSS, "ru", "верните деньги за последний платёж", results=[payments(PAYMENT, OTHER)])
    assert called(reply) == ("refund_payment", {"payment": "P-1001"})
