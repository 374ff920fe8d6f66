"""The exam of every back office: what can be taken back or changed afterwards, and what cannot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from app.core.actions import (
    Action,
    BookCallback,
    CancelCallback,
    CancelOrder,
    CancelSubscription,
    ChangeDelivery,
    ChangeSubscription,
    CloseTicket,
    CreateOrder,
    CreatePaymentLink,
    MoveCallback,
    RefundPayment,
    ResumeSubscription,
    UpdateTicket,
)
from app.core.backoffice import Order, Subscription
from tests.support.back_office import NOON, OWNER, STRANGER, TICKET, Desk, short

pytestmark = pytest.mark.xdist_group("postgres")

GOODS, HOME = "demo_goods", "г. Светлый, ул. Лесная, 1"


def subscription(desk: Desk, customer: str) -> Subscription:
    account = desk.office.account(customer)
    assert account is not None
    assert account.subscription is not None
    return account.subscription


def order(desk: Desk, number: str, customer: str = GOODS) -> Order:
    return next(o for o in desk.office.orders(customer) if o.number == number)


def test_renewal_is_switched_on_again_while_the_period_runs(desk: Desk) -> None:
    renews = subscription(desk, "demo_cancelled").renews
    done = desk.ask("demo_cancelled", ResumeSubscription())
    assert short(done) == ("done", "")
    assert done.facts == {"plan": "basic", "period": "month", "renews": renews, "price_rub": 990}
    assert subscription(desk, "demo_cancelled").status == "active"
    assert desk.ask("demo_cancelled", ResumeSubscription()).reason == "already_renewing"
    assert desk.ask("demo_cancelled", CancelSubscription()).facts["until"] == renews


def test_a_planned_move_to_another_plan_is_dropped_only_if_asked(desk: Desk) -> None:
    desk.ask("demo_en", ChangeSubscription(plan="basic"))
    kept = desk.ask("demo_en", ResumeSubscription())
    assert (kept.reason, kept.facts["next_plan"]) == ("already_renewing", "basic")
    assert subscription(desk, "demo_en").next_plan == "basic"
    assert desk.ask("demo_en", ResumeSubscription(drop_planned_change=True)).status == "done"
    assert subscription(desk, "demo_en").next_plan is None


def test_what_has_ended_is_not_resumed(desk: Desk) -> None:
    renews = subscription(desk, "demo_cancelled").renews
    desk.clock.turn(days=(renews - NOON).days + 1)
    assert desk.ask("demo_cancelled", ResumeSubscription()).reason == "period_over"


@pytest.mark.parametrize(
    ("customer", "reason"),
    [
        (OWNER, "already_renewing"), ("demo_trial", "on_trial"), ("demo_past_due", "past_due"),
        (GOODS, "no_subscription"),
    ],
)  # fmt: skip
def test_renewal_that_was_not_switched_off_is_not_resumed(desk: Desk, customer: str, reason: str) -> None:
    assert desk.ask(customer, ResumeSubscription()).reason == reason


def test_an_unpaid_order_is_called_off(desk: Desk) -> None:
    waiting = desk.office.orders(GOODS)[0]
    done = desk.ask(GOODS, CancelOrder(order=waiting.number), 1)
    assert (done.status, done.facts["total_rub"], done.facts["due_rub"]) == ("done", waiting.total_rub, 0)
    assert order(desk, waiting.number).status == "cancelled"
    assert desk.ask(GOODS, CancelOrder(order=waiting.number), 1) == done
    assert desk.ask(GOODS, CancelOrder(order=waiting.number), 2).reason == "cancelled"
    assert desk.ask(GOODS, CreatePaymentLink(order=waiting.number)).reason == "cancelled"


def test_what_is_paid_or_sent_is_not_called_off_and_the_reason_says_what_to_do(desk: Desk) -> None:
    _, sent, received = desk.office.orders(GOODS)
    for given in (sent, received):
        refusal = desk.ask(GOODS, CancelOrder(order=given.number))
        assert short(refusal) == ("refused", "return_instead")
        assert (refusal.facts["order_status"], refusal.facts["days"]) == (given.status, 14)
        payment = next(p for p in desk.office.payments(GOODS) if p.order == given.number)
        assert refusal.facts["payment"] == payment.number
    assert order(desk, sent.number).status == "shipped"


def test_a_difference_is_owed_while_the_plan_runs(desk: Desk) -> None:
    """Else an upgrade would cost nothing."""
    due = desk.ask("demo_en", ChangeSubscription(plan="business")).number
    assert desk.ask("demo_en", CancelOrder(order=due)).reason == "plan_runs"
    other = desk.ask(OWNER, CreateOrder(item="pro", period="year")).number
    assert desk.ask(OWNER, CancelOrder(order=other)).status == "done"


def test_an_order_that_is_not_shipped_goes_elsewhere(desk: Desk) -> None:
    waiting = desk.office.orders(GOODS)[0]
    moved = desk.ask(GOODS, ChangeDelivery(order=waiting.number, address=HOME))
    assert short(moved) == ("done", "")
    assert "address" not in moved.facts
    assert order(desk, waiting.number).address == HOME
    again = desk.ask(GOODS, ChangeDelivery(order=waiting.number, address=HOME))
    assert again.reason == "nothing_to_change"
    assert desk.ask(GOODS, ChangeDelivery(order=waiting.number)).reason == "nothing_to_change"


def test_another_way_of_delivery_has_its_price_and_forgets_the_address(desk: Desk) -> None:
    waiting = desk.office.orders(GOODS)[0]
    assert (waiting.delivery, waiting.delivery_rub, waiting.total_rub) == ("courier", 350, 5330)
    moved = desk.ask(GOODS, ChangeDelivery(order=waiting.number, delivery="pickup"))
    assert (moved.facts["delivery_rub"], moved.facts["total_rub"]) == (190, 5170)
    now = order(desk, waiting.number)
    assert (now.delivery, now.address, now.total_rub) == ("pickup", None, 5170)


@pytest.mark.parametrize(("place", "reason"), [(1, "already_shipped"), (2, "already_shipped")])
def test_what_is_on_its_way_is_not_sent_elsewhere(desk: Desk, place: int, reason: str) -> None:
    number = desk.office.orders(GOODS)[place].number
    assert desk.ask(GOODS, ChangeDelivery(order=number, address=HOME)).reason == reason


def test_a_plan_is_not_delivered(desk: Desk) -> None:
    number = desk.ask(OWNER, CreateOrder(item="pro", period="year")).number
    assert desk.ask(OWNER, ChangeDelivery(order=number, address=HOME)).reason == "not_delivered"


def test_a_call_is_moved_and_called_off(desk: Desk) -> None:
    booked = desk.ask(OWNER, BookCallback(when=NOON + timedelta(hours=2)))
    assert [c.at for c in desk.office.calls(OWNER)] == [NOON + timedelta(hours=2)]
    moved = desk.ask(OWNER, MoveCallback(when=NOON + timedelta(hours=3)))
    assert (moved.number, moved.facts["was"]) == (booked.number, NOON + timedelta(hours=2))
    assert [(c.number, c.at) for c in desk.office.calls(OWNER)] == [
        (booked.number, NOON + timedelta(hours=3))
    ]
    assert desk.ask(OWNER, MoveCallback(when=NOON + timedelta(hours=12))).reason == "outside_hours"
    assert desk.ask(OWNER, CancelCallback(booking=booked.number.lower())).status == "done"
    assert desk.office.calls(OWNER) == []
    assert desk.ask(OWNER, CancelCallback()).reason == "no_call"
    assert desk.ask(OWNER, MoveCallback(when=NOON + timedelta(hours=3))).reason == "no_call"
    assert desk.ask(OWNER, BookCallback(when=NOON + timedelta(hours=2))).status == "done"


def test_calls_begin_at_quarters_and_the_time_that_was_asked_for_is_told(desk: Desk) -> None:
    exact = desk.ask(OWNER, BookCallback(when=datetime(2026, 3, 19, 10, 15)))  # noqa: DTZ001 Moscow's
    assert "asked" not in exact.facts
    asked = datetime(2026, 3, 19, 8, 37, tzinfo=UTC)
    moved = desk.ask(OWNER, MoveCallback(when=asked))
    assert (moved.facts["at"], moved.facts["asked"]) == (asked.replace(minute=45), asked)
    assert moved.facts["time_zone"] == "Europe/Moscow"


def test_a_ticket_is_closed_once(desk: Desk) -> None:
    number = desk.ask(OWNER, TICKET).number
    assert desk.ask(OWNER, CloseTicket(ticket=number)).status == "done"
    assert next(t for t in desk.office.tickets(OWNER) if t.number == number).status == "closed"
    assert desk.ask(OWNER, CloseTicket(ticket=number)).reason == "closed"
    assert desk.ask(OWNER, UpdateTicket(ticket=number, note="Ещё")).reason == "closed"


@pytest.mark.parametrize(
    "build",
    [
        lambda d: CancelOrder(order=d.office.orders(GOODS)[0].number),
        lambda d: ChangeDelivery(order=d.office.orders(GOODS)[0].number, address=HOME),
        lambda d: CloseTicket(ticket=d.office.tickets("demo_en")[0].number),
        lambda d: CancelCallback(booking=d.office.calls("demo_vip")[0].number),
        lambda d: MoveCallback(booking=d.office.calls("demo_vip")[0].number, when=NOON + timedelta(hours=2)),
    ],
)
def test_what_is_anothers_is_not_found(desk: Desk, build: Callable[[Desk], Action]) -> None:
    assert short(desk.ask(STRANGER, build(desk))) == ("refused", "not_found")


def test_what_was_typed_of_an_address_is_not_in_the_audit(desk: Desk) -> None:
    number = desk.office.orders(GOODS)[0].number
    desk.ask(GOODS, ChangeDelivery(order=number, address=HOME), 1)
    [line] = desk.office.effects(f"d-{GOODS}")
    assert line.arguments == {"order": number}
    assert HOME not in line.model_dump_json()


@pytest.mark.parametrize(
    ("action", "reason", "fact"),
    [
        (CreateOrder(item="business", period="year", quantity=9999), "too_many", ("most", 1000)),
        (CreateOrder(item="key", delivery="courier", quantity=10**9), "too_many", ("most", 1000)),
        (CreateOrder(item="pro", period="year", quantity=4), "too_many_people", ("people", 3)),
    ],
)
def test_more_than_an_order_holds_is_refused_with_the_limit(
    desk: Desk, action: CreateOrder, reason: str, fact: tuple[str, int]
) -> None:
    outcome = desk.ask(OWNER, action)
    assert (short(outcome), outcome.facts[fact[0]]) == (("refused", reason), fact[1])
    assert desk.office.approvals() == []


def test_more_than_was_paid_is_refused_with_what_is_left(desk: Desk) -> None:
    for amount in (991, 10**9):
        outcome = desk.ask(OWNER, RefundPayment(payment=desk.payment(OWNER), amount_rub=amount))
        assert (outcome.reason, outcome.facts["left_rub"]) == ("more_than_paid", 990)
