"""The exam of every back office: the same demo customers on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta

import pytest

from app.core.actions import (
    Action,
    BookCallback,
    CreatePaymentLink,
    OpenTicket,
    Quote,
    RefundPayment,
    UpdateTicket,
)
from app.core.backoffice import ActionContext
from tests.support.back_office import NOON, OWNER, STRANGER, TICKET, Desk, short

pytestmark = pytest.mark.xdist_group("postgres")


def test_whoever_is_no_customer_is_refused_and_written_down(desk: Desk) -> None:
    assert short(desk.ask("nobody", TICKET)) == ("refused", "unknown_customer")
    [line] = desk.office.effects("d-nobody")
    assert (line.tool, line.outcome.reason) == ("open_ticket", "unknown_customer")
    assert desk.office.account("nobody") is None


@pytest.mark.parametrize(
    "build",
    [
        lambda d: RefundPayment(payment=d.payment(OWNER)),
        lambda d: CreatePaymentLink(order=d.office.orders(OWNER)[0].number),
        lambda d: UpdateTicket(ticket=d.office.tickets(OWNER)[0].number, note="Ещё не работает"),
    ],
)
def test_what_is_anothers_looks_as_if_it_were_not_there(desk: Desk, build: Callable[[Desk], Action]) -> None:
    theirs = build(desk)
    absent = {
        RefundPayment: RefundPayment(payment="P-999999"),
        CreatePaymentLink: CreatePaymentLink(order="O-999999"),
        UpdateTicket: UpdateTicket(ticket="T-999999", note="Ещё не работает"),
    }[type(theirs)]
    refused = desk.ask(STRANGER, theirs)
    assert refused == desk.ask(STRANGER, absent)
    assert short(refused) == ("refused", "not_found")


def test_lists_begin_with_the_latest(desk: Desk) -> None:
    for rows in (desk.office.payments(OWNER), desk.office.orders("demo_goods")):
        moments = [row.at for row in rows]
        assert moments == sorted(moments, reverse=True)
        assert all(moment.tzinfo is UTC for moment in moments)
    assert [i.service for i in desk.office.incidents()] == ["calls"]
    assert len(desk.office.incidents(NOON - timedelta(days=7))) == 2


def test_the_audit_holds_no_free_text(desk: Desk) -> None:
    desk.ask(OWNER, OpenTicket(subject="Секрет раз", details="Секрет два", severity="high"), seq=1)
    desk.ask(OWNER, RefundPayment(payment="Секрет три", reason="Секрет четыре"), seq=2)
    desk.ask(OWNER, BookCallback(phone="+7 000 000-00-00"), seq=3)
    lines = desk.office.effects(f"d-{OWNER}")
    assert [line.arguments for line in lines] == [{"severity": "high"}, {"payment": ""}, {}]
    assert [line.seq for line in lines] == [1, 2, 3]


def test_texts_that_no_database_takes_are_kept_without_what_is_wrong(desk: Desk) -> None:
    number = desk.ask(OWNER, OpenTicket(subject="a\x00b", details="c")).number
    ticket = next(t for t in desk.office.tickets(OWNER) if t.number == number)
    assert (ticket.subject, ticket.details) == ("a\ufffdb", "c")


def test_a_quote_gives_only_the_discount_of_the_account(desk: Desk) -> None:
    claimed = desk.office.quote(OWNER, Quote(item="pro", period="month", discount="student"))
    assert (claimed.reason, claimed.facts["discount"], claimed.facts["verified_rub"]) == (
        "discount_not_verified",
        "none",
        995,
    )
    assert claimed.facts["total_rub"] == 1990
    held = desk.office.quote("demo_student", Quote(item="pro", period="month"))
    assert (held.reason, held.facts["total_rub"], held.facts["discount_percent"]) == ("", 995, 50)
    assert desk.office.quote("nobody", Quote(item="pro")).facts["total_rub"] == 1990


def test_it_is_opened_again_after_it_was_closed(desk: Desk) -> None:
    number = desk.ask(OWNER, TICKET).number
    desk.office.close()
    assert desk.office.tickets(OWNER)[0].number == number
    origin = ActionContext(dialog_id="other", seq=0, customer_id=OWNER)
    assert desk.office.act(origin, OpenTicket(subject="Снова не открывается")).number != number


def test_a_rehearsal_answers_as_the_records_stand_and_leaves_nothing(desk: Desk) -> None:
    kept = desk.ask(OWNER, TICKET, 1)
    before, twin = desk.office.counts(), desk.office.rehearsed()
    assert twin.act(ActionContext(dialog_id=f"d-{OWNER}", seq=1, customer_id=OWNER), TICKET) == kept
    other = OpenTicket(subject="Другое")
    assert twin.act(ActionContext(dialog_id=f"d-{OWNER}", seq=2, customer_id=OWNER), other).status == "done"
    twin.close()
    assert desk.office.counts() == before
    assert twin.tickets(OWNER) == desk.office.tickets(OWNER)
