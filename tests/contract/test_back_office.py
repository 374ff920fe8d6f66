"""The exam of every back office: the same demo customers on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.core.actions import (
    Action,
    BookCallback,
    CancelSubscription,
    ChangeSubscription,
    CompensateOutage,
    CreateOrder,
    CreatePaymentLink,
    EscalateToDevelopers,
    GrantCredit,
    OpenComplaint,
    OpenTicket,
    Quote,
    RefundPayment,
    UpdateTicket,
)
from app.core.backoffice import Outcome, Visit
from app.core.exceptions import ApprovalDecided, ApprovalNotFound
from tests.support.back_office import NOON, Desk, desk_on, postgres, schema_of

pytestmark = pytest.mark.xdist_group("postgres")
OWNER, STRANGER = "customer_123", "demo_student"
TICKET = OpenTicket(subject="Не открывается файл")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that was opened, filled and closed once; tests work on copies."""
    file = tmp_path_factory.mktemp("office") / "deep" / "office.sqlite"
    with desk_on(file) as opened:
        opened.office.plans()
        opened.office.incidents()
    return file


@pytest.fixture(params=["sqlite", "postgres"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, prepared: Path) -> Iterator[Desk]:
    if request.param == "sqlite":
        with desk_on(shutil.copy(prepared, tmp_path)) as opened:
            yield opened
    else:
        with schema_of(request.getfixturevalue("server")) as dsn, desk_on(dsn) as opened:
            yield opened


def short(outcome: Outcome) -> tuple[str, str]:
    return outcome.status, outcome.reason


def incident(desk: Desk, service: str) -> str:
    """The latest one of the service."""
    found = desk.office.incidents(NOON - timedelta(days=365))
    return next(i.number for i in found if i.service == service)


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


def test_a_repeat_gives_the_kept_outcome_to_the_last_detail(desk: Desk) -> None:
    first = desk.ask(OWNER, BookCallback(), seq=7)
    desk.clock.turn(days=1)
    again = desk.ask(OWNER, BookCallback(), seq=7)
    assert again == first
    assert isinstance(again.facts["at"], datetime)
    assert len(desk.office.effects(f"d-{OWNER}", 7)) == 1


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
    assert short(desk.ask(OWNER, GrantCredit(amount_rub=501, reason="жест"))) == ("approval", "above_limit")
    assert short(desk.ask(OWNER, GrantCredit(amount_rub=500, reason="жест"))) == ("done", "")
    assert short(desk.ask(OWNER, GrantCredit(amount_rub=1, reason="жест"))) == ("approval", "often")
    desk.clock.turn(days=366)
    assert short(desk.ask(OWNER, GrantCredit(amount_rub=1, reason="жест"))) == ("done", "")


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
    assert first.facts["at"] == datetime(2026, 3, 19, 12, tzinfo=UTC)
    second = desk.ask(OWNER, BookCallback())
    assert (second.reason, second.number, second.facts) == ("already_booked", first.number, first.facts)
    desk.clock.turn(days=2)
    assert desk.ask(OWNER, BookCallback()).status == "done"


def test_a_quote_gives_only_the_discount_of_the_account(desk: Desk) -> None:
    claimed = desk.office.quote(OWNER, Quote(item="pro", period="month", discount="student"))
    assert (claimed.reason, claimed.facts["discount"]) == ("discount_not_verified", "none")
    assert claimed.facts["total_rub"] == 1990
    held = desk.office.quote("demo_student", Quote(item="pro", period="month"))
    assert (held.reason, held.facts["total_rub"], held.facts["discount_percent"]) == ("", 995, 50)
    assert desk.office.quote("nobody", Quote(item="pro")).facts["total_rub"] == 1990


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


def test_it_is_opened_again_after_it_was_closed(desk: Desk) -> None:
    number = desk.ask(OWNER, TICKET).number
    desk.office.close()
    assert desk.office.tickets(OWNER)[0].number == number
    visit = Visit(dialog_id="other", seq=0, customer_id=OWNER)
    assert desk.office.act(visit, TICKET).number != number
