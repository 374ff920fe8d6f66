"""What agents may do by themselves, in tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.core.actions import Quote
from app.core.backoffice import Discount, Incident, Outcome, Payment, Period, Subscription
from app.engines.backoffice import policy as rules
from app.engines.backoffice.dates import add_months, months_begun, working_days_after
from app.engines.backoffice.policy import RefundCase
from app.engines.backoffice.pricing import price_of, quote
from app.engines.backoffice.records import as_number
from tests.support.company import COMPANY

NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
POLICY = COMPANY.policy


def paid(
    ago: timedelta, amount: int = 990, period: Period | None = "month", refunded: int = 0, twice: bool = False
) -> Payment:
    return Payment(
        number="P-1001", at=NOW - ago, amount_rub=amount, purpose="", period=period, refunded_rub=refunded,
        duplicate_of="P-1000" if twice else None,
    )  # fmt: skip


def subscribed(
    plan: str = "basic", period: Period = "month", status: Any = "active", **other: Any
) -> Subscription:
    given = {"started": NOW - 100 * DAY, "renews": NOW + 10 * DAY, "price_rub": 990, **other}
    return Subscription(plan=plan, period=period, status=status, used_gb=1, storage_gb=50, **given)


def told(outcome: Outcome | None) -> str:
    return "" if outcome is None else f"{outcome.status} {outcome.reason}"


@pytest.mark.parametrize(
    ("payment", "given", "reason", "amount"),
    [
        (paid(timedelta()), {}, "", 990),
        (paid(14 * DAY), {}, "", 990),
        (paid(14 * DAY), {"asked": 1}, "", 1),
        (paid(14 * DAY + SECOND), {}, "approval late", 990),
        (paid(14 * DAY + SECOND), {"asked": 100}, "approval late", 100),
        (paid(DAY, refunded=400), {}, "", 590),
        (paid(DAY, 5000), {}, "", 5000),
        (paid(DAY, 5001), {}, "approval above_limit", 5001),
        (paid(DAY, 5001), {"asked": 5000}, "", 5000),
        (paid(DAY, 19104, refunded=4000), {"asked": 1000}, "", 1000),
        (paid(DAY, 19104, refunded=4000), {"asked": 1001}, "approval above_limit", 1001),
        (paid(DAY), {"recent": 1}, "", 990),
        (paid(DAY), {"recent": 2}, "approval often", 990),
        (paid(900 * DAY, 9000, twice=True), {"recent": 9}, "", 9000),
        (paid(DAY, 9504, "year"), {"asked": 100}, "", 100),
        (paid(150 * DAY, 4800, "year"), {}, "", 2800),
        (paid(150 * DAY, 4801, "year"), {}, "", 2800),
        (paid(150 * DAY, 4800, "year"), {"asked": 2801}, "approval late", 2801),
        (paid(150 * DAY, 4800, "year", refunded=2000), {}, "", 800),
        (paid(150 * DAY, 4800, "year", refunded=2800), {}, "refused already_refunded", 2000),
        (paid(340 * DAY, 4800, "year"), {}, "refused period_used", 4800),
        (paid(340 * DAY, 4800, "year"), {"asked": 10}, "approval late", 10),
        (paid(3 * DAY, period=None), {"goods": True}, "approval goods_return", 990),
        (paid(30 * DAY, period=None), {"goods": True, "delivered": NOW - 14 * DAY},
         "approval goods_return", 990),
        (paid(30 * DAY, period=None), {"goods": True, "delivered": NOW - 14 * DAY - SECOND},
         "refused too_late", 990),
    ],
)  # fmt: skip
def test_refunds(payment: Payment, given: dict[str, Any], reason: str, amount: int) -> None:
    case = RefundCase(payment, **given)
    assert rules.refund_ban(case) is None
    assert told(rules.refund(case, NOW, POLICY)) == reason
    assert rules.refund_sum(case, NOW, POLICY) == amount


@pytest.mark.parametrize(
    ("refunded", "asked", "reason"),
    [(990, None, "already_refunded"), (990, 1, "already_refunded"), (400, 591, "more_than_paid")],
)
def test_what_no_person_may_waive(refunded: int, asked: int | None, reason: str) -> None:
    ban = rules.refund_ban(RefundCase(paid(DAY, refunded=refunded), asked=asked))
    assert told(ban) == f"refused {reason}"


@pytest.mark.parametrize(
    ("lasted", "ended_ago", "subscription", "given", "reason"),
    [
        (4 * HOUR, HOUR, subscribed(), None, ""),
        (4 * HOUR, 30 * DAY, subscribed(), None, ""),
        (4 * HOUR, 30 * DAY + SECOND, subscribed(), None, "too_late"),
        (4 * HOUR - SECOND, HOUR, subscribed(), None, "too_short"),
        (9 * HOUR, HOUR, subscribed(), 2, "already_compensated"),
        (9 * HOUR, HOUR, None, None, "no_subscription"),
        (9 * HOUR, HOUR, subscribed(status="trial"), None, "no_subscription"),
        (9 * HOUR, HOUR, subscribed(started=NOW - HOUR), None, "no_subscription"),
        (9 * HOUR, None, subscribed(), None, ""),
        (3 * HOUR, None, subscribed(), None, "too_short"),
    ],
)
def test_compensations(
    lasted: timedelta, ended_ago: timedelta | None, subscription: Subscription | None, given: int | None,
    reason: str,
) -> None:  # fmt: skip
    until = None if ended_ago is None else NOW - ended_ago
    incident = Incident(number="I-1001", service="x", title={}, since=(until or NOW) - lasted, until=until)
    ban = rules.compensation(incident, subscription, given, NOW, POLICY)
    assert told(ban) == (f"refused {reason}" if reason else "")
    assert rules.compensation_days(incident, NOW, POLICY) == lasted // (4 * HOUR)


@pytest.mark.parametrize(
    ("plan", "period", "to", "to_period", "at_once"),
    [
        ("basic", "month", "pro", "month", True),
        ("basic", "month", "basic", "year", True),
        ("basic", "month", "pro", "year", True),
        ("basic", "year", "pro", "year", True),
        ("basic", "year", "pro", "month", False),
        ("pro", "month", "basic", "month", False),
        ("pro", "month", "basic", "year", False),
        ("pro", "year", "pro", "month", False),
    ],
)
def test_upgrades_are_at_once(plan: str, period: Period, to: str, to_period: Period, at_once: bool) -> None:
    assert rules.is_upgrade(COMPANY.catalogue, subscribed(plan, period), to, to_period) is at_once


def test_the_difference_sets_off_the_days_that_are_paid() -> None:
    half = subscribed(renews=NOW + 14 * DAY)  # 4 March to 1 April: 28 of 31 days from 1 March
    whole = (half.renews - add_months(half.renews, -1)) / DAY
    assert rules.difference(half, 1990, "month", NOW) == round(1000 * 14 / whole)
    assert rules.difference(half, 19_104, "year", NOW) == round(19_104 - 990 * 14 / whole)
    assert rules.difference(subscribed(renews=NOW - DAY), 1990, "month", NOW) == 0


@pytest.mark.parametrize(
    ("item", "period", "people", "discount", "total"),
    [
        ("basic", "month", 1, "none", 990), ("basic", "year", 1, "none", 9504),
        ("pro", "month", 1, "none", 1990), ("pro", "year", 1, "none", 19_104),
        ("business", "month", 20, "none", 3990), ("business", "year", 20, "none", 38_304),
        ("business", "month", 23, "none", 3990 + 870), ("business", "year", 21, "none", 38_304 + 3480),
        ("basic", "month", 1, "student", 495), ("pro", "month", 1, "student", 995),
        ("pro", "year", 1, "student", 19_104), ("business", "month", 1, "student", 3990),
        ("business", "month", 1, "nonprofit", 2793), ("business", "year", 1, "nonprofit", 33_516),
        ("pro", "month", 1, "nonprofit", 1990),
    ],
)  # fmt: skip
def test_prices_of_plans(item: str, period: Period, people: int, discount: Discount, total: int) -> None:
    price = price_of(COMPANY, item, period, people=people, discount=discount)
    assert price.total_rub == total
    assert (price.discount == "none") == (price.discount_percent == 0)


@pytest.mark.parametrize(
    ("item", "quantity", "delivery", "fee", "total"),
    [
        ("key", 1, "courier", 350, 2840), ("key", 1, "pickup", 190, 2680), ("key", 1, None, None, 2490),
        ("key", 2, "pickup", 190, 5170), ("key", 3, "courier", 0, 7470), ("hub", 1, None, 0, 12_900),
        ("storage", 3, None, 0, 570),
    ],
)  # fmt: skip
def test_prices_of_goods(item: Any, quantity: int, delivery: Any, fee: int | None, total: int) -> None:
    facts = quote(COMPANY, "student", Quote(item=item, quantity=quantity, delivery=delivery)).facts
    assert (facts["delivery_rub"], facts["total_rub"], facts["discount"]) == (fee, total, "none")


@pytest.mark.parametrize(
    ("held", "claimed", "discount", "note"),
    [
        ("none", None, "none", ""), ("none", "student", "none", "discount_not_verified"),
        ("student", None, "student", ""), ("student", "student", "student", ""),
        ("student", "nonprofit", "none", "discount_not_verified"), ("student", "none", "none", ""),
    ],
)  # fmt: skip
def test_a_discount_counts_only_where_it_is_held(
    held: Discount, claimed: Discount | None, discount: Discount, note: str
) -> None:
    outcome = quote(COMPANY, held, Quote(item="basic", period="month", discount=claimed))
    assert (outcome.facts["discount"], outcome.reason, outcome.status) == (discount, note, "done")


@pytest.mark.parametrize(
    ("start", "now", "begun"),
    [
        (datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 1, 31, tzinfo=UTC), 1),
        (datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 2, 28, tzinfo=UTC), 2),
        (datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC), 2),
        (datetime(2025, 12, 31, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC), 13),
    ],
)
def test_months_are_counted_from_the_day_of_payment(start: datetime, now: datetime, begun: int) -> None:
    assert months_begun(start, now) == begun


@pytest.mark.parametrize(
    ("moment", "due"),
    [("2026-03-18T12:00", "2026-03-20T12:00"), ("2026-03-20T12:00", "2026-03-24T12:00"),
     ("2026-03-21T12:00", "2026-03-24T12:00"), ("2026-03-19T22:00", "2026-03-23T22:00")],
)  # fmt: skip
def test_weekends_are_no_working_days(moment: str, due: str) -> None:
    """The last one is Friday in Moscow already."""
    assert working_days_after(COMPANY, _utc(moment), 2) == _utc(due)


@pytest.mark.parametrize(
    ("said", "number"),
    [("P-1001", "P-1001"), (" p 1001", "P-1001"), ("№ Р-1001", "P-1001"), ("т1001", "T-1001"),
     ("O–1001", "O-1001"), ("С-0001001", "C-1001"), ("1001", ""), ("P-1001; DROP", ""), ("", "")],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(said: str, number: str) -> None:
    assert as_number(said) == number


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
