"""What something costs. Pure: no records are read here.

What something would cost this customer.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.core.actions import Quote
from app.core.backoffice import Delivery, Discount, Outcome, Period, Value
from app.engines.backoffice.catalogue import (
    DELIVERY_DAYS,
    DELIVERY_FREE_FROM_RUB,
    DELIVERY_RUB,
    ITEMS,
    PLANS,
    SEAT_RUB,
)
from app.engines.backoffice.outcomes import Note


@dataclass(frozen=True, slots=True)
class Price:
    """`price_rub` is before the discount, without seats; no `delivery_rub` until one is chosen."""

    price_rub: int
    discount: Discount
    discount_percent: int
    seats_rub: int
    delivery_rub: int | None
    total_rub: int


def price_of(
    item: str,
    period: Period,
    quantity: int = 1,
    people: int = 1,
    discount: Discount = "none",
    delivery: Delivery | None = None,
) -> Price:
    if item in PLANS:
        return _plan(item, period, people, discount)
    goods = ITEMS[item].price_rub * quantity
    fee = _delivery(goods, delivery) if ITEMS[item].delivered else 0
    return Price(goods, "none", 0, 0, fee, goods + (fee or 0))


def percent_off(item: str, period: Period, discount: Discount) -> int:
    if discount == "student" and item in ("basic", "pro") and period == "month":
        return 50
    return 30 if discount == "nonprofit" and item == "business" else 0


def _plan(item: str, period: Period, people: int, discount: Discount) -> Price:
    """Discounts do not add up: one that beats the yearly price is taken from twelve months instead."""
    plan, percent = PLANS[item], percent_off(item, period, discount)
    months = 12 if period == "year" else 1
    price = plan.year_rub if period == "year" and not percent else plan.month_rub * months
    seats = SEAT_RUB * months * max(0, people - plan.people) if item == "business" else 0
    total = price * (100 - percent) // 100 + seats
    return Price(price, discount if percent else "none", percent, seats, 0, total)


def _delivery(goods_rub: int, delivery: Delivery | None) -> int | None:
    if goods_rub >= DELIVERY_FREE_FROM_RUB:
        return 0
    return DELIVERY_RUB[delivery] if delivery else None


NOT_VERIFIED: Note = "discount_not_verified"


def quote(held: Discount, wanted: Quote) -> Outcome:
    """`held` is the discount of the account. A plan without a period is quoted by the month."""
    goods = wanted.item in ITEMS and ITEMS[wanted.item].delivered
    period: Period | None = None if goods else (wanted.period or "month")
    if wanted.item == "storage":
        period = "month"
    people = max(wanted.people, wanted.quantity) if wanted.item in PLANS else 1
    claimed = held if wanted.discount is None else wanted.discount
    discount = claimed if claimed == held else "none"
    price = price_of(wanted.item, period or "month", wanted.quantity, people, discount, wanted.delivery)
    facts: dict[str, Value] = {
        "item": wanted.item,
        "period": period,
        "quantity": wanted.quantity,
        "price_rub": price.price_rub,
        "discount": price.discount,
        "discount_percent": price.discount_percent,
        "delivery_rub": price.delivery_rub,
        "total_rub": price.total_rub,
    }
    if wanted.item == "business":
        facts |= {"people": people, "seats_rub": price.seats_rub}
    if goods and wanted.delivery:
        facts["delivery_by"] = wanted.delivery
        facts["days_from"], facts["days_to"] = DELIVERY_DAYS[wanted.delivery]
    reason = "" if claimed in ("none", discount) else NOT_VERIFIED
    return Outcome(status="done", reason=reason, facts=facts)
