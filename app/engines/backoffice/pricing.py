"""What something costs. Pure: no records are read here."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.backoffice import Delivery, Discount, Period
from app.engines.backoffice.catalogue import (
    DELIVERY_FREE_FROM_RUB,
    DELIVERY_RUB,
    ITEMS,
    PLANS,
    SEAT_RUB,
)


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
