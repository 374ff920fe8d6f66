"""The exam of every back office: what is asked again, at once or in other words happens once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest

from app.core.actions import (
    BookCallback,
    CreateOrder,
    CreatePaymentLink,
    GrantCredit,
    OpenTicket,
    RefundPayment,
)
from tests.support.back_office import OWNER, STRANGER, TICKET, Desk, short

pytestmark = pytest.mark.xdist_group("postgres")


def test_a_repeat_gives_the_kept_outcome_to_the_last_detail(desk: Desk) -> None:
    first = desk.ask(OWNER, BookCallback(), seq=7)
    desk.clock.turn(days=1)
    again = desk.ask(OWNER, BookCallback(), seq=7)
    assert again == first
    assert isinstance(again.facts["at"], datetime)
    assert len(desk.office.effects(f"d-{OWNER}", 7)) == 1


def test_repeats_at_once_have_one_effect(desk: Desk) -> None:
    before = len(desk.office.tickets(OWNER))
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: desk.ask(OWNER, TICKET, seq=1), range(16)))
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert len(desk.office.tickets(OWNER)) == before + 1


def test_a_payment_is_returned_once_however_many_ask(desk: Desk) -> None:
    action = RefundPayment(payment=desk.payment(OWNER))
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda seq: short(desk.ask(OWNER, action, seq)), range(16)))
    assert sorted(told) == [("done", "")] + [("refused", "already_refunded")] * 15


def test_customers_at_once_get_numbers_of_their_own(desk: Desk) -> None:
    customers = ["customer_123", "demo_en", "demo_student", "demo_annual", "demo_vip", "demo_goods"] * 4
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda p: desk.ask(p[1], TICKET, p[0]).number, enumerate(customers)))
    assert len(set(numbers)) == len(customers)


def test_a_person_decides_once_however_many_click(desk: Desk) -> None:
    number = desk.ask(STRANGER, RefundPayment(payment=desk.payment(STRANGER))).number
    with ThreadPoolExecutor(8) as pool:
        decided = list(pool.map(lambda n: desk.office.decide(number, True, f"by {n}"), range(8)))
    assert all(approval == decided[0] for approval in decided)
    assert desk.office.payments(STRANGER)[0].refunded_rub == 495


def test_whoever_corrects_a_refused_call_is_heard_in_the_same_turn(desk: Desk) -> None:
    assert short(desk.ask(OWNER, CreateOrder(item="pro"), 1)) == ("refused", "period_missing")
    assert short(desk.ask(OWNER, CreatePaymentLink(order="O-9999"), 1)) == ("refused", "not_found")
    order = desk.ask(OWNER, CreateOrder(item="pro", period="month"), 1)
    assert desk.ask(OWNER, CreatePaymentLink(order=order.number), 1).facts["order"] == order.number
    lines = [(line.tool, line.about, line.outcome.status) for line in desk.office.effects(f"d-{OWNER}", 1)]
    assert lines == [
        ("create_payment_link", "O-9999", "refused"),
        ("create_order", "pro", "done"),
        ("create_payment_link", order.number, "done"),
    ]


def test_what_is_done_to_two_things_in_one_turn_is_done_twice(desk: Desk) -> None:
    before = len(desk.office.orders("demo_goods"))
    for item in ("hub", "key", "key", "hub"):
        desk.ask("demo_goods", CreateOrder.model_validate({"item": item, "delivery": "pickup"}), 1)
    assert [order.item for order in desk.office.orders("demo_goods")[:-before]] == ["key", "hub"]


def test_a_second_matter_in_one_turn_is_not_told_as_done(desk: Desk) -> None:
    before = len(desk.office.tickets(OWNER))
    first = desk.ask(OWNER, TICKET, 1)
    second = desk.ask(OWNER, OpenTicket(subject="Совсем другая беда"), 1)
    assert second == first.model_copy(update={"facts": {**first.facts, "already_done": True}})
    assert len(desk.office.tickets(OWNER)) == before + 1


def test_money_goes_out_once_in_a_turn_however_it_is_asked_for(desk: Desk) -> None:
    payment = desk.payment(OWNER)
    for asked, said in ((100, payment), (100, payment.lower()), (200, f"№ {payment}"), (None, payment)):
        outcome = desk.ask(OWNER, RefundPayment(payment=said, amount_rub=asked, reason=f"{asked}"), 1)
        assert (outcome.number, outcome.facts["amount_rub"]) == ("R-1003", 100)
    for amount in (100, 200):
        outcome = desk.ask(OWNER, GrantCredit(amount_rub=amount, reason="за ожидание"), 1)
        assert (outcome.number, outcome.facts["amount_rub"]) == ("CR-1001", 100)
    assert desk.office.payments(OWNER)[0].refunded_rub == 100


def test_the_first_numbers_of_all_are_given_to_two_customers_at_once(desk: Desk) -> None:
    actions = [
        GrantCredit(amount_rub=501, reason="жест"), GrantCredit(amount_rub=1, reason="жест"), BookCallback(),
    ]  # fmt: skip
    together = Barrier(2, timeout=20)

    def numbers(customer: str) -> list[str]:
        given = []
        for seq, action in enumerate(actions):
            together.wait()
            given.append(desk.ask(customer, action, seq).number)
        return given

    with ThreadPoolExecutor(2) as pool:
        pairs = zip(*pool.map(numbers, ["demo_en", "demo_annual"]), strict=True)
    assert [sorted(pair) for pair in pairs] == [[f"{p}-1001", f"{p}-1002"] for p in ("A", "CR", "CB")]
