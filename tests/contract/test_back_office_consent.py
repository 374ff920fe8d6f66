"""The exam of every back office: what needs consent is proposed without a trace, and done with it alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.actions import (
    ACTIONS,
    Action,
    CancelSubscription,
    ChangeSubscription,
    CreateOrder,
    OpenTicket,
    RefundPayment,
    tool_name,
)
from app.core.backoffice import ActionContext
from tests.support.back_office import OWNER, Desk, consent_to, short

pytestmark = pytest.mark.xdist_group("postgres")
HUB = CreateOrder(item="hub", delivery="courier")
NEEDS = {
    "create_order", "change_subscription", "cancel_subscription", "resume_subscription", "refund_payment",
    "cancel_order", "change_delivery", "compensate_outage", "grant_credit",
}  # fmt: skip


def origin(seq: int = 1, customer: str = OWNER) -> ActionContext:
    return ActionContext(dialog_id=f"d-{customer}", seq=seq, customer_id=customer)


def test_what_charges_returns_gives_orders_or_ends_something_needs_consent_and_nothing_else() -> None:
    assert {tool_name(action) for action in ACTIONS if action.consent} == NEEDS


@pytest.mark.parametrize(
    "action", [HUB, CancelSubscription(), ChangeSubscription(plan="pro"), RefundPayment(payment="P-1006")]
)
def test_without_consent_it_is_refused_and_leaves_no_trace(desk: Desk, action: Action) -> None:
    before = desk.office.counts()
    assert short(desk.office.act(origin(), action)) == ("refused", "not_confirmed")
    assert desk.office.counts() == before
    assert desk.office.effects(f"d-{OWNER}") == []


@pytest.mark.parametrize(
    "wrong", [{"seq": 2}, {"tool": "cancel_subscription"}, {"arguments": {"item": "hub"}}, {"proposal": ""}]
)
def test_consent_to_something_else_is_none(desk: Desk, wrong: dict[str, object]) -> None:
    given = replace(consent_to(origin(), HUB), **wrong)  # type: ignore[arg-type]
    assert short(desk.office.act(origin(), HUB, given)) == ("refused", "not_confirmed")


def test_with_consent_it_is_done_and_the_audit_names_the_proposal(desk: Desk) -> None:
    given = consent_to(origin(), HUB)
    assert short(desk.office.act(origin(), HUB, given)) == ("done", "")
    [effect] = desk.office.effects(f"d-{OWNER}")
    assert (effect.tool, effect.proposal) == ("create_order", given.proposal)


def test_a_proposal_is_done_once_whichever_line_confirms_it(desk: Desk) -> None:
    before, given = len(desk.office.orders(OWNER)), consent_to(origin(), HUB)
    first = desk.office.act(origin(), HUB, given)
    assert desk.office.act(origin(5), HUB, replace(given, seq=5)) == first
    assert len(desk.office.orders(OWNER)) == before + 1


def test_what_needs_none_is_done_at_once(desk: Desk) -> None:
    done = desk.office.act(origin(), OpenTicket(subject="Не открывается"))
    assert short(done) == ("done", "")


@pytest.mark.parametrize(
    ("customer", "action", "facts"),
    [
        ("demo_goods", HUB, {"item": "hub", "total_rub": 12900, "delivery_by": "courier"}),
        (OWNER, CancelSubscription(), {"plan": "basic"}),
        (OWNER, RefundPayment(payment="P-1006"), {"amount_rub": 990, "subscription": "cancelled"}),
        ("demo_trial", ChangeSubscription(plan="pro", period="year"), {"difference_rub": 19104}),
    ],
)
def test_a_proposal_tells_the_terms_and_leaves_no_trace(
    desk: Desk, customer: str, action: Action, facts: dict[str, object]
) -> None:
    before, account = desk.office.counts(), desk.office.account(customer)
    proposed = desk.office.propose(origin(customer=customer), action)
    assert (proposed.status, proposed.number) == ("proposed", "")
    assert proposed.facts.items() >= facts.items()
    assert desk.office.counts() == before
    assert desk.office.account(customer) == account
    assert desk.office.effects(f"d-{customer}") == []
    done = desk.ask(customer, action)
    told = {name: value for name, value in proposed.facts.items() if name in done.facts}
    assert told.items() <= done.facts.items()


def test_above_a_limit_a_proposal_says_that_a_person_decides(desk: Desk) -> None:
    action = RefundPayment(payment=desk.payment("demo_annual"))
    proposed = desk.office.propose(origin(customer="demo_annual"), action)
    assert (proposed.status, proposed.facts["person"]) == ("proposed", "above_limit")
    assert proposed.facts["amount_rub"] == 11144
    assert desk.office.approvals() == []
    assert short(desk.ask("demo_annual", action)) == ("approval", "above_limit")


def test_what_waits_already_is_told_so(desk: Desk) -> None:
    action = RefundPayment(payment=desk.payment("demo_annual"))
    waits = desk.ask("demo_annual", action, 1)
    again = desk.office.propose(origin(3, "demo_annual"), action)
    assert (again.status, again.number) == ("approval", waits.number)


def test_what_stands_in_the_way_is_told_instead(desk: Desk) -> None:
    desk.ask(OWNER, CancelSubscription())
    refused = desk.office.propose(origin(5), CancelSubscription())
    assert short(refused) == ("refused", "already_cancelled")
    assert short(desk.office.propose(origin(5), RefundPayment(payment="P-9"))) == ("refused", "not_found")
    assert short(desk.office.propose(origin(5, "nobody"), HUB)) == ("refused", "unknown_customer")


def test_what_was_done_for_the_same_line_is_answered_as_then(desk: Desk) -> None:
    done = desk.ask(OWNER, HUB, 1)
    assert desk.office.propose(origin(1), HUB) == done


def test_the_same_order_within_minutes_is_proposed_as_one_more(desk: Desk) -> None:
    number = desk.ask(OWNER, HUB, 1).number
    proposed = desk.office.propose(origin(3), HUB)
    assert (proposed.status, proposed.facts["again"], proposed.facts["same_as"]) == ("proposed", True, number)
