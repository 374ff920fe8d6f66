"""What acts give, seen by the records they change: never without the customer's yes, never without a ground."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.core.actions import (
    ACTIONS,
    Action,
    BookCallback,
    CancelCallback,
    CancelOrder,
    CancelSubscription,
    ChangeDelivery,
    ChangeSubscription,
    CloseTicket,
    CompensateOutage,
    CreateOrder,
    CreatePaymentLink,
    EscalateToDevelopers,
    GrantCredit,
    MoveCallback,
    OpenComplaint,
    OpenTicket,
    RefundPayment,
    ResumeSubscription,
    UpdateTicket,
)
from app.core.backoffice import ActionContext
from app.engines.backoffice import past
from tests.support.back_office import NOON, OWNER, Desk, incident, short

pytestmark = pytest.mark.xdist_group("postgres")
COSTS_NOTHING = {"tickets", "callbacks"}
"""An act that changes any other table needs the customer's yes."""
GIFTS = {"credits", "compensations", "refunds"}
GROUNDLESS: dict[type[Action], tuple[Action, tuple[str, str]]] = {
    RefundPayment: (RefundPayment(payment="P-9999"), ("refused", "not_found")),
    CompensateOutage: (CompensateOutage(incident="I-9999"), ("refused", "not_found")),
    GrantCredit: (GrantCredit(amount_rub=1, reason="просто так"), ("approval", "no_grounds")),
}
"""What would give something though the records hold no ground for it, with what comes of it after a yes."""


def possible(desk: Desk) -> Iterator[Action]:
    """Every action, in an order in which each can be done; what came before is done by then."""
    desk.report(OWNER)
    yield OpenTicket(subject="Не открывается папка")
    ticket = desk.office.tickets(OWNER)[0].number
    yield UpdateTicket(ticket=ticket, note="перезапуск не помог")
    yield CloseTicket(ticket=ticket)
    yield EscalateToDevelopers(subject="Падает при печати")
    yield OpenComplaint(subject="Долго отвечали")
    yield CreateOrder(item="hub", delivery="courier", address="Москва, Тверская улица, 1")
    order = desk.office.orders(OWNER)[0].number
    yield ChangeDelivery(order=order, delivery="pickup")
    yield CreatePaymentLink(order=order)
    yield CancelOrder(order=order)
    yield ChangeSubscription(plan="pro")
    yield CancelSubscription()
    yield ResumeSubscription()
    yield CompensateOutage(incident=incident(desk, "sync"))
    yield RefundPayment(payment=desk.payment(OWNER))
    yield GrantCredit(amount_rub=100, reason="за ожидание")
    yield BookCallback(when=NOON + timedelta(days=1), phone="+7 999 000-11-22")
    yield MoveCallback(when=NOON + timedelta(days=1, hours=2))
    yield CancelCallback()


def records(desk: Desk) -> past.Records:
    with desk.office._database.reading() as connection:
        return past.snapshot(connection, OWNER)


def changed(before: past.Records, after: past.Records) -> set[str]:
    return {str(change["table"]) for change in past.changes(before, after)}


def test_without_a_yes_no_act_changes_what_is_worth_money(desk: Desk) -> None:
    tried: list[type[Action]] = []
    giving: set[type[Action]] = set()
    for seq, action in enumerate(possible(desk), 1000):
        desk.clock.turn(minutes=30)
        before, origin = records(desk), ActionContext(dialog_id="d-alone", seq=seq, customer_id=OWNER)
        alone = desk.office.act(origin, action)
        assert changed(before, records(desk)) <= COSTS_NOTHING, action
        done = desk.ask(OWNER, action) if action.consent else alone
        assert done.status == "done", (action, done)
        tried.append(type(action))
        if changed(before, records(desk)) & GIFTS:
            giving.add(type(action))
    assert tried == list(dict.fromkeys(tried))
    assert set(tried) == set(ACTIONS)
    assert giving == set(GROUNDLESS)


@pytest.mark.parametrize("kind", GROUNDLESS)
def test_even_with_a_yes_nothing_is_given_without_a_ground(desk: Desk, kind: type[Action]) -> None:
    action, told = GROUNDLESS[kind]
    before = records(desk)
    assert short(desk.ask(OWNER, action)) == told
    assert changed(before, records(desk)) <= {"approvals"}
