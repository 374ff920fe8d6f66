"""The exam of every back office: orders, plans, tickets, calls."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.core.actions import (
    Action,
    BookCallback,
    CancelSubscription,
    ChangeSubscription,
    CreateOrder,
    CreatePaymentLink,
    EscalateToDevelopers,
    OpenComplaint,
    UpdateTicket,
)
from tests.support.back_office import NOON, OWNER, TICKET, Desk, desk_on, short
from tests.support.company import COMPANY

pytestmark = pytest.mark.xdist_group("postgres")


def test_an_order_is_priced_and_changes_nothing_until_it_is_paid(desk: Desk) -> None:
    outcome = desk.ask("demo_student", CreateOrder(item="pro", period="month"), language="en")
    assert outcome.facts["total_rub"] == 995
    assert outcome.facts["title"] == "Pro"
    account = desk.office.account("demo_student")
    assert account is not None
    assert account.subscription is not None
    assert account.subscription.plan == "basic"
    link = desk.ask("demo_student", CreatePaymentLink(order=outcome.number))
    assert link.facts["url"] == f"https://pay.orbita.example/{outcome.number}"


@pytest.mark.parametrize(
    ("customer", "action", "told"),
    [
        (OWNER, CreateOrder(item="basic", period="month"), ("refused", "already_on_plan")),
        (OWNER, CreateOrder(item="basic", period="year"), ("done", "")),
        (OWNER, CreateOrder(item="pro"), ("refused", "period_missing")),
        (OWNER, CreateOrder(item="pro", period="year", quantity=4), ("refused", "too_many_people")),
        (OWNER, CreateOrder(item="key"), ("refused", "delivery_missing")),
        (OWNER, CreateOrder(item="hub", quantity=7, delivery="courier"), ("done", "")),
        (OWNER, CreateOrder(item="hub", quantity=8, delivery="courier"), ("approval", "above_limit")),
        ("demo_goods", CreateOrder(item="storage"), ("refused", "no_subscription")),
        ("demo_trial", CreateOrder(item="pro", period="month"), ("done", "")),
        (OWNER, ChangeSubscription(plan="basic"), ("refused", "already_on_plan")),
        (OWNER, ChangeSubscription(plan="pro"), ("done", "")),
        ("demo_goods", ChangeSubscription(plan="pro"), ("refused", "no_subscription")),
        ("demo_past_due", ChangeSubscription(plan="business"), ("refused", "past_due")),
        ("demo_cancelled", ChangeSubscription(plan="pro"), ("refused", "already_cancelled")),
        ("demo_goods", CancelSubscription(), ("refused", "no_subscription")),
        ("demo_cancelled", CancelSubscription(), ("refused", "already_cancelled")),
        (OWNER, BookCallback(phone="позвоните"), ("refused", "phone_invalid")),
        (OWNER, BookCallback(when=NOON - timedelta(hours=1)), ("refused", "in_the_past")),
        (OWNER, BookCallback(when=NOON + timedelta(days=15)), ("refused", "too_far")),
        (OWNER, BookCallback(when=NOON + timedelta(days=3)), ("refused", "outside_hours")),
        (OWNER, BookCallback(when=NOON + timedelta(hours=5)), ("refused", "outside_hours")),
        (OWNER, BookCallback(when=NOON + timedelta(hours=4)), ("done", "")),
        (OWNER, EscalateToDevelopers(subject="Падает при запуске", severity="critical"), ("done", "")),
    ],
)
def test_rules_of_the_other_actions(desk: Desk, customer: str, action: Action, told: tuple[str, str]) -> None:
    assert short(desk.ask(customer, action)) == told


def test_orders_that_are_paid_or_called_off_get_no_link(desk: Desk) -> None:
    waiting, sent, _ = desk.office.orders("demo_goods")
    assert desk.ask("demo_goods", CreatePaymentLink(order=waiting.number)).status == "done"
    assert desk.ask("demo_goods", CreatePaymentLink(order=sent.number)).reason == "already_paid"


def test_an_upgrade_is_at_once_and_a_downgrade_waits_for_the_period(desk: Desk) -> None:
    up = desk.ask("demo_en", ChangeSubscription(plan="business"))
    order = desk.office.orders("demo_en")[0]
    days, left = 31, 22  # from the 9th of March to the 9th of April, nine days gone
    assert up.facts["difference_rub"] == round((3990 - 1990) * left / days) == order.total_rub
    assert (order.number, order.status) == (up.number, "awaiting_payment")
    down = desk.ask("demo_en", ChangeSubscription(plan="basic"))
    account = desk.office.account("demo_en")
    assert account is not None
    now = account.subscription
    assert now is not None
    assert (now.plan, now.next_plan, down.facts["from"]) == ("business", "basic", now.renews)
    assert desk.ask("demo_en", ChangeSubscription(plan="business")).status == "done"
    stop = desk.ask("demo_en", CancelSubscription())
    assert stop.facts["until"] == now.renews


def test_a_complaint_is_answered_in_two_working_days(desk: Desk) -> None:
    desk.clock.turn(days=2)  # a Friday
    due = desk.ask(OWNER, OpenComplaint(subject="Долго ждал ответа")).facts["due"]
    assert due == NOON + timedelta(days=6)


def test_only_an_open_ticket_is_added_to(desk: Desk) -> None:
    closed = desk.office.tickets(OWNER)[0].number
    assert desk.ask(OWNER, UpdateTicket(ticket=closed, note="Снова")).reason == "closed"
    number = desk.ask(OWNER, TICKET).number
    for note in ("Раз", "Два"):
        assert desk.ask(OWNER, UpdateTicket(ticket=number, note=note)).status == "done"
    assert desk.office.tickets(OWNER)[0].notes == ["Раз", "Два"]


def test_a_customer_has_one_call_ahead(desk: Desk) -> None:
    first = desk.ask(OWNER, BookCallback(when=datetime(2026, 3, 19, 15, 30)))  # noqa: DTZ001 Moscow's
    assert first.facts["at"] == datetime(2026, 3, 19, 12, 30, tzinfo=UTC)
    second = desk.ask(OWNER, BookCallback())
    assert (second.reason, second.number, second.facts) == ("already_booked", first.number, first.facts)
    desk.clock.turn(days=2)
    assert desk.ask(OWNER, BookCallback()).status == "done"


@pytest.mark.parametrize("customer", ["demo_en", "demo_trial"])
def test_a_change_of_plan_above_the_limit_of_orders_waits_for_a_person(
    tmp_path: Path, prepared_office: Path, customer: str
) -> None:
    strict = COMPANY.policy.model_copy(update={"order_limit_rub": 1000})
    with desk_on(shutil.copy(prepared_office, tmp_path), strict) as desk:
        before = desk.office.account(customer), desk.office.orders(customer)
        waits = desk.ask(customer, ChangeSubscription(plan="business", period="year"))
        assert short(waits) == ("approval", "above_limit")
        assert (desk.office.account(customer), desk.office.orders(customer)) == before
        done = desk.office.decide(waits.number, True, "olga").outcome
        assert done is not None
        assert short(done) == ("done", "")
        assert (
            desk.office.orders(customer)[0].total_rub
            == waits.facts["amount_rub"]
            == done.facts["difference_rub"]
        )
