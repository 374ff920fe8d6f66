"""A fact of the records is found in every usual form, and nowhere else."""

from __future__ import annotations

import pytest

from app.evaluation.conversations.facts import ReadAnswer, is_stated
from app.evaluation.conversations.model import Fact
from tests.unit.evaluation.conversations.builders import NOW, effect, past_due, snapshot

STATED: list[tuple[Fact, str, str]] = [
    ("paid_until", "ru", "Тариф оплачен до 30 декабря."),
    ("paid_until", "ru", "до 30.12.2026 г."),
    ("paid_until", "en", "It is paid until December 30."),
    ("paid_until", "en", "until 30 December 2026"),
    ("paid_until", "en", "until 2026-12-30"),
    ("next_charge_date", "en", "The next charge is on Dec 30, 2026."),
    ("next_charge_sum", "ru", "Спишем 1\u00a0990\u00a0₽."),
    ("price", "en", "You pay 1,990 ₽ a month."),
    ("price", "en", "1990 rubles"),
    ("refund_due", "ru", "к возврату 1990 руб."),
    ("last_payment_sum", "ru", "1 990 рублей"),
    ("last_payment_number", "en", "It is payment P-1002."),
    ("duplicate_payment_number", "ru", "Повторный платёж — p-1002."),
    ("plan", "ru", "У вас тариф «Профи»."),
    ("plan", "en", "You are on Pro"),
    ("order_number", "en", "Order O-7 is on its way."),
    ("order_sum", "ru", "12 900 ₽"),
    ("ticket_number", "ru", "Заявка T-3 открыта."),
    ("call_time", "ru", "Позвоним завтра в 15:45."),
    ("call_time", "ru", "в 15.45"),
    ("call_time", "en", "We call at 3:45 pm."),
    ("call_time", "en", "at 3:45 p.m. Moscow time"),
    ("used_gb", "ru", "Занято 212 ГБ из 500."),
    ("used_gb", "en", "212GB"),
    ("devices", "en", "There is one device: phone of Emma."),
]
NOT_STATED: list[tuple[Fact, str, str]] = [
    ("paid_until", "ru", "до 29 декабря"),
    ("paid_until", "en", "until December 30, 2027"),
    ("price", "ru", "11 990 ₽"),
    ("price", "en", "990 rubles"),
    ("last_payment_number", "en", "P-10021"),
    ("plan", "en", "Which problem is it?"),
    ("order_number", "en", "O-6"),
    ("call_time", "en", "at 3:15 pm"),
    ("call_time", "en", "at 3:45 am"),
    ("call_time", "ru", "в 15:00"),
    ("used_gb", "ru", "500 ГБ"),
]


def look(fact: Fact, language: str, text: str) -> bool | None:
    return is_stated(fact, ReadAnswer(text, language, NOW), snapshot())


@pytest.mark.parametrize(("fact", "language", "text"), STATED)
def test_a_fact_is_found_in_any_usual_form(fact: Fact, language: str, text: str) -> None:
    assert look(fact, language, text) is True


@pytest.mark.parametrize(("fact", "language", "text"), NOT_STATED)
def test_another_value_is_not_the_fact(fact: Fact, language: str, text: str) -> None:
    assert look(fact, language, text) is False


def test_what_the_records_do_not_have_is_not_judged() -> None:
    assert look("debt", "ru", "1 990 ₽") is None
    assert is_stated("debt", ReadAnswer("1 990 ₽", "ru", NOW), past_due()) is True
    assert is_stated("plan", ReadAnswer("Pro", "en", NOW), snapshot(account=None)) is None


def test_the_number_of_the_last_act_is_that_of_this_dialog() -> None:
    known = snapshot(
        effects=[effect("open_ticket", "T-9"), effect("refund_payment", "R-1", payment="P-1002")]
    )
    assert is_stated("act_number", ReadAnswer("refund R-1", "en", NOW), known) is True
    assert is_stated("act_number", ReadAnswer("ticket T-9", "en", NOW), known) is False
    assert is_stated("act_number", ReadAnswer("R-1", "en", NOW), snapshot()) is None


def test_a_delivered_order_counts_where_it_was_dealt_with() -> None:
    known = snapshot(effects=[effect("refund_payment", "R-1", order="O-6")])
    assert is_stated("order_number", ReadAnswer("O-6", "en", NOW), known) is True
