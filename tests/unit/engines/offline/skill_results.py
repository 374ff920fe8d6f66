"""What tools answer, one of every kind, as the back office gives it before it is put into words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from app.agents.tools.presentation import present

AT = datetime(2026, 11, 21, 11, 30, tzinfo=UTC)
LATER = datetime(2026, 12, 21, 11, 30, tzinfo=UTC)
DAYS = {"days_from": 3, "days_to": 5, "days_max": 10}
ORDER = {"number": "O-1001", "item": "hub", "quantity": 2, "total_rub": 25_800, "ordered": AT,
         "order_status": "awaiting_payment", "delivery_method": "courier"}  # fmt: skip
PLAN = {"number": "O-1002", "item": "pro", "quantity": 1, "period": "year", "total_rub": 19_104,
        "ordered": AT, "order_status": "paid"}  # fmt: skip
PAYMENT = {"number": "P-1001", "amount_rub": 990, "purpose": "Orbita Hub", "refunded_rub": 0, "paid": AT}
TICKET = {
    "number": "T-1001",
    "kind": "problem",
    "opened": AT,
    "subject": "Orbita Hub",
    "ticket_status": "open",
}
INCIDENT = {"number": "I-1001", "service": "calls", "title": "Orbita Calls", "since": AT, "hours": 9,
            "state": "lasting"}  # fmt: skip
SUBSCRIPTION = {"plan": "basic", "period": "month", "paid_until": LATER.date(), "used_gb": 49,
                "storage_gb": 50, "price_rub": 990, "debt_rub": 0, "devices_used": 1,
                "devices_allowed": 2}  # fmt: skip
CALL = {"number": "CB-1001", "at": LATER, "time_zone": "Europe/Moscow", "call_status": "booked"}
DEVICE = {"name": "Orbita PC", "platform": "Windows 11", "app_version": "4.11.0", "last_seen": AT}


def _refused(*reasons: str, **facts: Any) -> list[dict[str, Any]]:
    return [{"status": "refused", "reason": reason, **facts} for reason in reasons]


def _waits(*reasons: str, **facts: Any) -> list[dict[str, Any]]:
    return [{"status": "approval", "reason": reason, "number": "A-1001", **facts} for reason in reasons]


def _done(number: str, **facts: Any) -> dict[str, Any]:
    return {"status": "done", **({"number": number} if number else {}), **facts}


def _found(**facts: Any) -> dict[str, Any]:
    return {"status": "found", **facts}


ACCOUNTS = [
    _found(**SUBSCRIPTION, subscription_status="active", next_charge_on=LATER.date(), next_charge_rub=990),
    _found(**SUBSCRIPTION, subscription_status="trial", problems=["trial_ends"]),
    _found(**{**SUBSCRIPTION, "debt_rub": 990}, subscription_status="past_due", problems=["past_due"]),
    _found(**SUBSCRIPTION, subscription_status="cancelled", problems=["cancelled", "storage_full"]),
    _found(problems=["no_subscription"]),
]
REFUNDED = {"payment": "P-1001", "amount_rub": 990, **DAYS}
RAW: dict[str, list[dict[str, Any]]] = {
    "update": [_done("T-1001", ticket="T-1001"), *_refused("not_found"),
               *_refused("closed", ticket="T-1001")],
    "developers": [_done("T-1002", severity="normal")],
    "ticket": [_done("T-1002", severity="normal")],
    "callback": [
        _done("CB-1001", at=LATER, time_zone="Europe/Moscow"),
        _done("CB-1001", at=LATER, asked=LATER, time_zone="Europe/Moscow"),
        *_refused("outside_hours", "in_the_past", at=LATER),
        *_refused("too_far", at=LATER, days=14),
        *_refused("already_booked", number="CB-1001", at=LATER),
        *_refused("phone_invalid"),
    ],
    "compensation": [
        _done("I-1001", incident="I-1001", days=2, renews=LATER),
        *_refused("too_short", incident="I-1001", hours=4),
        *_refused("already_compensated", "too_late", incident="I-1001", days=2),
        *_refused("no_subscription", "not_found"),
    ],
    "credit": [_done("CR-1001", amount_rub=300), *_waits("above_limit", "often", amount_rub=300),
               *_refused("requests_waiting", number="A-1003", most=3)],
    "change": [
        _done("O-1003", plan="pro", period="month", difference_rub=1000, order="O-1003", renews=LATER),
        _done("", plan="basic", period="month", price_rub=990, **{"from": LATER}),
        _done("", plan="pro", period="month", renews=LATER),
        *_refused("no_subscription"),
        *_refused("already_on_plan", plan="pro", period="month"),
        *_refused("already_cancelled", until=LATER),
        *_refused("past_due", plan="pro", amount_rub=1990),
        *_refused("just_done", number="O-1003", total_rub=1990),
        *_refused("requests_waiting", number="A-1003", most=3),
    ],
    "refund": [
        _done("R-1001", **REFUNDED, reason="full"),
        _done("R-1001", **REFUNDED, reason="full", subscription="cancelled", plan="pro", until=LATER),
        *(_done("R-1001", **REFUNDED, reason=why) for why in ("duplicate", "unused_months", "part")),
        *_waits("late", "goods_return", "above_limit", "often", payment="P-1001", amount_rub=1990),
        *_refused("already_refunded", payment="P-1001", refund="R-1001"),
        *_refused("period_used", payment="P-1001"),
        *_refused("too_late", payment="P-1001", days=14),
        *_refused("more_than_paid", payment="P-1001", left_rub=990),
        *_refused("requests_waiting", number="A-1003", most=3),
        *_refused("not_found", "rejected"),
    ],
    "complaint": [_done("C-1001", due=LATER)],
    "order": [
        _done("O-1003", item="pro", title="Orbita", quantity=1, price_rub=19_104, discount="none",
              discount_percent=0, delivery_rub=0, total_rub=19_104, period="year"),
        _done("O-1003", item="hub", title="Orbita", quantity=2, price_rub=25_800, discount="none",
              discount_percent=0, delivery_rub=0, total_rub=25_800, delivery_by="courier", days_from=2,
              days_to=5),
        *_waits("above_limit", amount_rub=129_000),
        *_refused("already_on_plan", plan="pro", period="year"),
        *_refused("too_many_people", item="pro", people=3),
        *_refused("too_many", item="hub", asked_for=5000, most=1000),
        *_refused("no_subscription"),
        *_refused("requests_waiting", number="A-1003", most=3),
        *_refused("period_missing", "delivery_missing", item="pro"),
    ],
    "link": [
        _done("O-1003", url="https://pay.orbita.example/O-1003", order="O-1003", total_rub=19_104),
        *_refused("already_paid", "cancelled", order="O-1003"),
        *_refused("not_found"),
    ],
    "cancel": [
        _done("", until=LATER, plan="pro"),
        *_refused("already_cancelled", until=LATER),
        *_refused("no_subscription"),
    ],
    "tickets": [
        _found(tickets=[TICKET], more=0),
        _found(tickets=[TICKET, {**TICKET, "number": "C-1001", "answer_due": LATER}], more=2),
        {"status": "nothing", "tickets": []},
    ],
    "orders": [
        _found(orders=[ORDER], more=0),
        _found(orders=[ORDER, PLAN], more=1),
        {"status": "nothing", "orders": []},
    ],
    "payments": [
        _found(payments=[PAYMENT], more=0),
        _found(payments=[PAYMENT, {**PAYMENT, "number": "P-1002", "duplicate_of": "P-1001"}], more=1),
        {"status": "nothing", "payments": []},
    ],
    "quote": [
        _found(item="pro", period="year", quantity=1, price_rub=19_104, total_rub=19_104, discount_percent=0),
        _found(item="business", period="year", quantity=1, people=25, price_rub=38_304, seats_rub=17_400,
               total_rub=55_704, team=25, included=20, extra_seats=5),
        _found(item="pro", period="month", discount="student", discount_percent=50, total_rub=995),
        _found(item="pro", period="month", total_rub=1990, reason="discount_not_verified", verified_rub=995),
        _found(item="key", quantity=1, delivery_rub=350, total_rub=2840),
        *_refused("too_many_people", item="pro", people=3),
        *_refused("too_many", item="hub", asked_for=5000, most=1000),
    ],
    "delivery": [
        _found(item="key", quantity=1, ways=[{"delivery_by": "courier", "delivery_rub": 350, "days_from": 2,
                                              "days_to": 5}, {"delivery_by": "pickup", "delivery_rub": 0}]),
    ],
    "plans": [
        _found(plans=[{"plan": "pro", "month_rub": 1990, "year_rub": 19_104, "storage_gb": 500, "people": 3,
                       "devices": 5}, {"plan": "business", "month_rub": 3990, "year_rub": 38_304,
                                       "storage_gb": 2000, "people": 20, "seat_rub": 290}], items=[]),
    ],
    "status": [
        _found(incidents=[INCIDENT]),
        _found(incidents=[INCIDENT, {**INCIDENT, "number": "I-1002"}]),
        _found(incidents=[{**INCIDENT, "state": "ended", "until": AT}]),
        _found(incidents=[]),
    ],
    "devices": [
        _found(devices=[{**DEVICE, "problems": ["outdated_app", "not_seen_lately", "no_such_words"]}]),
        _found(devices=[{**DEVICE, "problems": []}]),
        {"status": "nothing", "devices": []},
    ],
    "close": [_done("T-1001", ticket="T-1001"), *_refused("not_found"), *_refused("closed", ticket="T-1001"),
              {"status": "nothing"}],
    "cancel_order": [
        _done("O-1001", order="O-1001", item="hub", quantity=2, total_rub=25_800, due_rub=0),
        *_refused("not_found"),
        *_refused("cancelled", order="O-1001"),
        *_refused("refund_instead", order="O-1001", payment="P-1001"),
        *_refused("return_instead", order="O-1001", days=14),
        *_refused("plan_runs", order="O-1002"),
        {"status": "nothing"},
    ],
    "redirect": [
        _done("O-1001", order="O-1001", item="hub", delivery_by="courier", days_from=2, days_to=5,
              delivery_rub=350, total_rub=2840),
        *_refused("not_found", "not_delivered", "already_shipped", "cancelled", "nothing_to_change",
                  order="O-1001"),
        *_refused("paid_otherwise", order="O-1001", payment="P-1001", delivery_rub=350),
        {"status": "nothing"},
    ],
    "move_call": [
        _done("CB-1001", was=AT, at=LATER, time_zone="Europe/Moscow"),
        *_refused("outside_hours", "in_the_past", at=LATER),
        *_refused("no_call", "several_calls", "not_found"),
        *_refused("already_booked", number="CB-1001", at=LATER),
    ],
    "cancel_call": [_done("CB-1001", at=LATER), *_refused("no_call", "several_calls", "not_found"),
                    {"status": "nothing"}],
    "resume": [
        _done("", plan="pro", period="month", renews=LATER, price_rub=1990),
        *_refused("already_renewing", "on_trial", "period_over", "past_due", "no_subscription"),
    ],
    "calls": [
        _found(calls=[CALL], more=0),
        _found(calls=[CALL, {**CALL, "number": "CB-1002"}], more=0),
        {"status": "nothing", "calls": []},
    ],
    "refunds": [
        _found(payments=[{**PAYMENT, "refunded_rub": 990}, PAYMENT], more=0),
        _found(payments=[{**PAYMENT, "refunded_rub": 990}, {**PAYMENT, "refunded_rub": 500}], more=0),
        _found(payments=[PAYMENT], more=0),
        {"status": "nothing", "payments": []},
    ],
    **dict.fromkeys(("plan", "next_charge", "debt", "usage", "files"), ACCOUNTS),
}  # fmt: skip
ANY = [*_refused("unknown_customer", "some_new_reason"), {"status": "unavailable", "reason": "x"},
       {"status": "approval", "reason": "some_new_reason", "number": "A-1001"}]  # fmt: skip
CASES = [
    (skill, f"{n}-{facts['status']}-{facts.get('reason', '')}", facts)
    for skill, known in RAW.items()
    for n, facts in enumerate([*known, *ANY])
]


def answered(facts: dict[str, Any], language: str) -> str:
    return json.dumps(present(facts, language), ensure_ascii=False)
