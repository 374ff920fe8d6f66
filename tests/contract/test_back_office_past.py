"""The records as they stood before: every act is taken back in a copy, and nothing in the real ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

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
from app.core.backoffice import Outcome
from app.engines.backoffice.office import SqlBackOffice
from app.engines.backoffice.tables import effects
from tests.support.back_office import NOON, OWNER, STRANGER, Desk, incident

pytestmark = pytest.mark.xdist_group("postgres")
ADDRESS, PHONE = "Москва, Тверская улица, 1", "+7 999 000-11-22"


def state(office: SqlBackOffice, customer: str = OWNER) -> dict[str, Any]:
    reads = {
        name: getattr(office, name)(customer)
        for name in ("account", "payments", "orders", "tickets", "calls")
    }
    return {**reads, "incidents": office.incidents(), "waiting": office.approvals()}


def everything(desk: Desk) -> list[Outcome]:
    """Each action, done, in an order in which each can be."""
    when = NOON + timedelta(days=1)

    def ask(action: Action) -> Outcome:
        desk.clock.turn(minutes=30)
        return desk.ask(OWNER, action)

    ticket = ask(OpenTicket(subject="Не открывается файл")).number
    order = ask(CreateOrder(item="hub", delivery="courier", address=ADDRESS)).number
    out = [
        ask(UpdateTicket(ticket=ticket, note="перезапуск не помог")),
        ask(CloseTicket(ticket=ticket)),
        ask(EscalateToDevelopers(subject="Падает при печати")),
        ask(OpenComplaint(subject="Долго отвечали")),
        ask(ChangeDelivery(order=order, delivery="pickup")),
        ask(CreatePaymentLink(order=order)),
        ask(CancelOrder(order=order)),
        ask(ChangeSubscription(plan="pro")),
        ask(CancelSubscription()),
        ask(ResumeSubscription()),
        ask(CompensateOutage(incident=incident(desk, "sync"))),
        ask(RefundPayment(payment=desk.payment(OWNER))),
        ask(GrantCredit(amount_rub=100, reason="за ожидание")),
        ask(BookCallback(when=when, phone=PHONE)),
        ask(MoveCallback(when=when + timedelta(hours=2))),
        ask(CancelCallback()),
    ]
    return [Outcome(status="done", number=ticket), Outcome(status="done", number=order), *out]


def as_of(desk: Desk, moment: datetime = NOON) -> SqlBackOffice:
    return desk.office.as_of(OWNER, moment, desk.clock)


def test_everything_that_was_done_is_taken_back_in_the_copy_only(desk: Desk) -> None:
    desk.report(OWNER)
    before, others = state(desk.office), state(desk.office, STRANGER)
    desk.clock.turn(minutes=1)
    done = everything(desk)
    assert [outcome.status for outcome in done] == ["done"] * len(ACTIONS)
    after = state(desk.office)
    copy = as_of(desk)
    assert state(copy) == before
    copy.close()
    assert state(desk.office) == after != before
    assert state(desk.office, STRANGER) == others


def test_the_same_acts_come_to_the_same_in_the_copy(desk: Desk) -> None:
    desk.clock.turn(minutes=1)
    began = desk.clock.now
    done = everything(desk)
    copy = as_of(desk)
    desk.clock.now = began
    assert everything(Desk(copy, desk.clock)) == done
    copy.close()


def test_only_what_came_later_is_taken_back(desk: Desk) -> None:
    desk.clock.turn(minutes=1)
    first = desk.ask(OWNER, OpenTicket(subject="Не открывается файл")).number
    desk.ask(OWNER, UpdateTicket(ticket=first, note="первая"))
    desk.clock.turn(minutes=30)
    middle, between = desk.clock.now, state(desk.office)
    desk.ask(OWNER, UpdateTicket(ticket=first, note="вторая"))
    desk.ask(OWNER, CloseTicket(ticket=first))
    copy = as_of(desk, middle)
    assert state(copy) == between
    copy.close()


def test_what_a_person_decided_is_taken_back_to_where_it_waited(desk: Desk) -> None:
    desk.clock.turn(minutes=1)
    waits = desk.ask(OWNER, GrantCredit(amount_rub=50_000, reason="за сбой")).number
    desk.clock.turn(minutes=1)
    middle, between = desk.clock.now, state(desk.office)
    desk.office.decide(waits, approved=True, by="anna")
    copy = as_of(desk, middle)
    assert state(copy) == between
    assert [a.number for a in copy.approvals()] == [waits]
    copy.close()


def test_the_audit_still_holds_no_word_that_people_wrote(desk: Desk) -> None:
    everything(desk)
    desk.ask(OWNER, CreateOrder(item="key", delivery="courier", address=ADDRESS))
    order = desk.office.orders(OWNER)[0].number
    desk.ask(OWNER, ChangeDelivery(order=order, address="другой адрес"))
    with desk.office._database.reading() as connection:
        told = " ".join(str(row._asdict()) for row in connection.execute(select(effects)))
    for words in (ADDRESS, PHONE, "другой адрес", "перезапуск", "Не открывается"):
        assert words not in told


def test_an_unknown_customer_has_an_empty_copy(desk: Desk) -> None:
    copy = desk.office.as_of("nobody", NOON, desk.clock)
    assert copy.account("nobody") is None
    assert copy.payments("nobody") == []
    copy.close()
