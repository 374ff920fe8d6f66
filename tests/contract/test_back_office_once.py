"""The exam of every back office: what is asked again, at once or in other words happens once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest

from app.core.actions import (
    BookCallback,
    ChangeSubscription,
    CreateOrder,
    CreatePaymentLink,
    EscalateToDevelopers,
    GrantCredit,
    OpenComplaint,
    OpenTicket,
    RefundPayment,
)
from app.core.backoffice import ActionContext
from tests.support.back_office import OWNER, STRANGER, TICKET, Desk, consent_to, short

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
        subjects = [OpenTicket(subject=f"Не открывается файл {n}") for n in range(len(customers))]
        asked = zip(customers, subjects, range(len(customers)), strict=True)
        numbers = list(pool.map(lambda one: desk.ask(*one).number, asked))
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
    desk.report(OWNER)
    for amount in (100, 200):
        outcome = desk.ask(OWNER, GrantCredit(amount_rub=amount, reason="за ожидание"), 1)
        assert (outcome.number, outcome.facts["amount_rub"]) == ("CR-1001", 100)
    assert desk.office.payments(OWNER)[0].refunded_rub == 100


def test_the_first_numbers_of_all_are_given_to_two_customers_at_once(desk: Desk) -> None:
    actions = [GrantCredit(amount_rub=501, reason="жест"), GrantCredit(amount_rub=1, reason="жест")]
    together = Barrier(2, timeout=20)
    customers = ["demo_en", "demo_annual"]
    for customer in customers:
        desk.report(customer)

    def numbers(customer: str) -> list[str]:
        given = []
        for seq, action in enumerate(actions):
            together.wait()
            given.append(desk.ask(customer, action, seq).number)
        return given

    with ThreadPoolExecutor(2) as pool:
        pairs = zip(*pool.map(numbers, customers), strict=True)
    assert [sorted(pair) for pair in pairs] == [[f"{p}-1001", f"{p}-1002"] for p in ("A", "CR")]


HUB = CreateOrder(item="hub", delivery="courier")


def test_the_same_order_at_once_from_two_dialogs_is_placed_once(desk: Desk) -> None:
    before = len(desk.office.orders("demo_goods"))
    visits = [ActionContext(dialog_id=f"d-{n % 2}", seq=n, customer_id="demo_goods") for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda origin: desk.office.act(origin, HUB, consent_to(origin, HUB)), visits))
    assert sorted(map(short, told)) == [("done", ""), *[("refused", "just_done")] * 7]
    assert {outcome.number for outcome in told} == {desk.office.orders("demo_goods")[0].number}
    assert len(desk.office.orders("demo_goods")) == before + 1


@pytest.mark.parametrize(
    "other",
    [
        HUB.model_copy(update={"again": True}),
        HUB.model_copy(update={"quantity": 2}),
        HUB.model_copy(update={"delivery": "pickup"}),
        CreateOrder(item="key", delivery="courier"),
    ],
)
def test_another_order_or_one_more_on_demand_is_placed(desk: Desk, other: CreateOrder) -> None:
    assert short(desk.ask("demo_goods", HUB)) == ("done", "")
    assert short(desk.ask("demo_goods", other)) == ("done", "")


def test_after_a_while_the_same_is_an_order_of_its_own(desk: Desk) -> None:
    first = desk.ask("demo_goods", HUB)
    assert desk.ask("demo_goods", HUB).number == first.number
    assert desk.ask(OWNER, HUB).status == "done"
    desk.clock.turn(minutes=11)
    assert short(desk.ask("demo_goods", HUB)) == ("done", "")


def test_a_trial_is_ended_by_one_order_however_often_it_is_clicked(desk: Desk) -> None:
    told = [short(desk.ask("demo_trial", ChangeSubscription(plan="pro"))) for _ in range(2)]
    assert told == [("done", ""), ("refused", "just_done")]


def test_the_same_part_of_a_payment_is_returned_once_in_a_while(desk: Desk) -> None:
    part = RefundPayment(payment=desk.payment("demo_en"), amount_rub=100)
    assert [short(desk.ask("demo_en", part)) for _ in range(2)] == [("done", ""), ("refused", "just_done")]
    assert short(desk.ask("demo_en", part.model_copy(update={"amount_rub": 50}))) == ("done", "")


def test_what_waits_for_a_person_is_asked_for_once(desk: Desk) -> None:
    many = HUB.model_copy(update={"quantity": 8})
    first, second = desk.ask("demo_goods", many), desk.ask("demo_goods", many)
    assert (first.status, first.number) == (second.status, second.number) == ("approval", first.number)
    assert len(desk.office.approvals()) == 1


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (OpenTicket, "  не   открывается ФАЙЛ! "),
        (OpenComplaint, "Долго ждал. Ответа"),
        (EscalateToDevelopers, "падает"),
    ],
)
def test_a_ticket_is_not_opened_twice_for_case_blanks_or_marks(
    desk: Desk, kind: type[OpenTicket | OpenComplaint | EscalateToDevelopers], said: str
) -> None:
    first = desk.ask(OWNER, kind(subject=" ".join(said.capitalize().split())))
    again = desk.ask(OWNER, kind(subject=said))
    assert (short(again), again.number) == (("refused", "just_done"), first.number)
    assert desk.ask(OWNER, kind(subject="Совсем другое")).status == "done"
