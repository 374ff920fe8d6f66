"""The exam of every back office: refunds, credits, days for an outage, and what a person decides."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.actions import (
    CompensateOutage,
    GrantCredit,
    RefundPayment,
)
from app.core.exceptions import ApprovalDecided, ApprovalNotFound
from tests.support.back_office import NOON, OWNER, STRANGER, TICKET, Desk, incident, short

pytestmark = pytest.mark.xdist_group("postgres")


@pytest.mark.parametrize(
    ("customer", "place", "asked", "told"),
    [
        ("customer_123", 0, None, ("done", "")),
        ("demo_en", 0, None, ("done", "")),
        ("demo_en", 0, 500, ("done", "")),
        ("demo_en", 0, 1991, ("refused", "more_than_paid")),
        ("demo_en", 1, None, ("approval", "late")),
        ("demo_student", 0, None, ("approval", "late")),
        ("demo_annual", 0, None, ("approval", "above_limit")),
        ("demo_annual", 0, 4000, ("done", "")),
        ("demo_annual", 0, 19_104, ("approval", "late")),
        ("demo_duplicate", 0, None, ("done", "")),
        ("demo_refunds", 0, None, ("approval", "often")),
        ("demo_refunds", 1, None, ("refused", "already_refunded")),
        ("demo_vip", 0, None, ("approval", "above_limit")),
        ("demo_goods", 0, None, ("approval", "goods_return")),
        ("demo_goods", 1, None, ("approval", "goods_return")),
        ("customer_123", 5, None, ("refused", "too_late")),
    ],
)
def test_refunds_follow_the_policy(
    desk: Desk, customer: str, place: int, asked: int | None, told: tuple[str, str]
) -> None:
    action = RefundPayment(payment=desk.payment(customer, place), amount_rub=asked)
    outcome = desk.ask(customer, action)
    assert short(outcome) == told
    returned = desk.office.payments(customer)[place].refunded_rub
    assert bool(returned) == (told in {("done", ""), ("refused", "already_refunded")})
    assert bool(outcome.number) == (told[0] != "refused")


def test_a_full_refund_ends_the_subscription_and_another_finds_nothing_left(desk: Desk) -> None:
    payment = desk.payment(OWNER)
    outcome = desk.ask(OWNER, RefundPayment(payment=payment))
    assert outcome.facts["amount_rub"] == 990
    assert (outcome.facts["days_from"], outcome.facts["days_to"], outcome.facts["days_max"]) == (3, 5, 10)
    account = desk.office.account(OWNER)
    assert account is not None
    assert account.subscription is not None
    assert (account.subscription.status, account.subscription.renews) == ("cancelled", NOON)
    again = desk.ask(OWNER, RefundPayment(payment=payment.lower().replace("p", "Р")))  # Cyrillic
    assert short(again) == ("refused", "already_refunded")
    assert again.facts["refund"] == outcome.number


def test_a_duplicate_is_returned_whole_at_any_age_and_the_subscription_goes_on(desk: Desk) -> None:
    desk.clock.turn(days=300)
    outcome = desk.ask("demo_duplicate", RefundPayment(payment=desk.payment("demo_duplicate"), amount_rub=5))
    assert (outcome.status, outcome.facts["amount_rub"], outcome.facts["reason"]) == (
        "done",
        1990,
        "duplicate",
    )
    account = desk.office.account("demo_duplicate")
    assert account is not None
    assert account.subscription is not None
    assert account.subscription.status == "active"


def test_one_payment_waits_once_and_is_returned_when_a_person_says_yes(desk: Desk) -> None:
    payment = desk.payment(STRANGER)
    first = desk.ask(STRANGER, RefundPayment(payment=payment))
    assert desk.ask(STRANGER, RefundPayment(payment=payment, amount_rub=100)).number == first.number
    [waiting] = desk.office.approvals()
    assert (waiting.number, waiting.amount_rub, waiting.status) == (first.number, 495, "pending")
    decided = desk.office.decide(first.number, True, "olga", "в порядке исключения")
    assert decided.outcome is not None
    assert short(decided.outcome) == ("done", "")
    assert desk.office.approval(first.number) == decided
    assert desk.office.payments(STRANGER)[0].refunded_rub == 495
    assert desk.office.decide(first.number, True, "pavel") == decided
    assert desk.office.payments(STRANGER)[0].refunded_rub == 495
    assert desk.office.effects(f"d-{STRANGER}")[-1].decided_by == "olga"
    with pytest.raises(ApprovalDecided):
        desk.office.decide(first.number, False, "pavel")


def test_a_no_drops_what_waits(desk: Desk) -> None:
    asked = desk.ask(STRANGER, RefundPayment(payment=desk.payment(STRANGER)))
    decided = desk.office.decide(asked.number, False, "olga")
    assert decided.outcome is not None
    assert short(decided.outcome) == ("refused", "rejected")
    assert desk.office.payments(STRANGER)[0].refunded_rub == 0
    assert desk.office.approvals() == []
    assert [a.status for a in desk.office.approvals(None)] == ["rejected"]
    with pytest.raises(ApprovalNotFound):
        desk.office.decide("A-9999", True, "olga")
    with pytest.raises(ApprovalNotFound):
        desk.office.approval("A-9999")


def test_a_yes_returns_no_more_than_is_left(desk: Desk) -> None:
    payment = desk.payment("demo_annual")
    asked = desk.ask("demo_annual", RefundPayment(payment=payment, amount_rub=19_104))
    other = desk.ask("demo_annual", GrantCredit(amount_rub=501, reason="за ожидание"))
    desk.office.decide(asked.number, True, "olga")
    assert short(desk.ask("demo_annual", RefundPayment(payment=payment))) == ("refused", "already_refunded")
    granted = desk.office.decide(other.number, True, "olga").outcome
    assert granted is not None
    assert granted.number == "CR-1001"


def test_credits_have_a_limit_and_a_number_a_year(desk: Desk) -> None:
    desk.report(OWNER)
    assert short(desk.ask(OWNER, GrantCredit(amount_rub=501, reason="жест"))) == ("approval", "above_limit")
    assert short(desk.ask(OWNER, GrantCredit(amount_rub=500, reason="жест"))) == ("done", "")
    assert short(desk.ask(OWNER, GrantCredit(amount_rub=1, reason="жест"))) == ("approval", "often")
    desk.clock.turn(days=366)
    desk.report(OWNER)
    assert short(desk.ask(OWNER, GrantCredit(amount_rub=1, reason="жест"))) == ("done", "")


@pytest.mark.parametrize("days", [0, 0.9, 31])
def test_a_credit_needs_a_ticket_that_was_not_made_for_it(desk: Desk, days: float) -> None:
    desk.ask(OWNER, TICKET)
    desk.clock.turn(days=days)
    outcome = desk.ask(OWNER, GrantCredit(amount_rub=1, reason="жест"))
    assert short(outcome) == ("approval", "no_grounds")


def test_an_outage_is_made_good_once_and_only_a_real_one(desk: Desk) -> None:
    before = desk.office.account(OWNER)
    outage = incident(desk, "sync")
    outcome = desk.ask(OWNER, CompensateOutage(incident=outage))
    after = desk.office.account(OWNER)
    assert before is not None
    assert after is not None
    assert before.subscription is not None
    assert after.subscription is not None
    assert (outcome.status, outcome.facts["days"]) == ("done", 2)
    assert after.subscription.renews - before.subscription.renews == timedelta(days=2)
    again = desk.ask(OWNER, CompensateOutage(incident=outage))
    assert short(again) == ("refused", "already_compensated")
    old = desk.office.incidents(NOON - timedelta(days=60))[-1].number
    for customer, number, reason in (
        (OWNER, old, "too_late"),
        (OWNER, incident(desk, "notifications"), "too_short"),
        (OWNER, incident(desk, "calls"), "too_short"),
        (OWNER, "I-9999", "not_found"),
        ("demo_goods", outage, "no_subscription"),
        ("demo_trial", outage, "no_subscription"),
    ):
        assert desk.ask(customer, CompensateOutage(incident=number)).reason == reason
    desk.clock.turn(hours=3)
    assert desk.ask(OWNER, CompensateOutage(incident=incident(desk, "calls"))).facts["days"] == 1


def test_of_many_approvals_the_latest_are_listed(desk: Desk) -> None:
    for customer in ("demo_student", "demo_vip"):
        desk.ask(customer, RefundPayment(payment=desk.payment(customer)))
        desk.clock.turn(hours=1)
    assert [a.origin.customer_id for a in desk.office.approvals(None)] == ["demo_vip", "demo_student"]
    assert [a.origin.customer_id for a in desk.office.approvals(None, 1)] == ["demo_vip"]
