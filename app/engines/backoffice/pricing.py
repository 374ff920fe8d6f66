"""Prices and quotes. Pure functions: no records are read here."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.actions import Quote
from app.core.backoffice import Delivery, Discount, Outcome, Period, Value
from app.core.catalogue import Plan
from app.core.company import Company, DeliveryPrices
from app.engines.backoffice import policy
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
    company: Company,
    item: str,
    period: Period,
    quantity: int = 1,
    people: int = 1,
    discount: Discount = "none",
    delivery: Delivery | None = None,
) -> Price:
    if plan := company.catalogue.plans.get(item):
        return _plan(plan, period, people, discount)
    sold = company.catalogue.items[item]
    goods = sold.price_rub * quantity
    fee = _delivery(company.profile.delivery, goods, delivery) if sold.delivered else 0
    return Price(goods, "none", 0, 0, fee, goods + (fee or 0))


def _plan(plan: Plan, period: Period, people: int, discount: Discount) -> Price:
    """Discounts do not add up: one that beats the yearly price is taken from twelve months instead."""
    percent = plan.percent_off(period, discount)
    months = 12 if period == "year" else 1
    price = plan.year_rub if period == "year" and not percent else plan.month_rub * months
    seats = (plan.seat_rub or 0) * months * max(0, people - plan.people)
    total = price * (100 - percent) // 100 + seats
    return Price(price, discount if percent else "none", percent, seats, 0, total)


def _delivery(terms: DeliveryPrices, goods_rub: int, delivery: Delivery | None) -> int | None:
    if goods_rub >= terms.free_from_rub:
        return 0
    return terms.ways[delivery].price_rub if delivery else None


NOT_VERIFIED: Note = "discount_not_verified"


def quote(company: Company, held: Discount, wanted: Quote) -> Outcome:
    """`held` is the discount of the account. A plan without a period is quoted by the month."""
    catalogue = company.catalogue
    goods, plan = catalogue.is_goods(wanted.item), catalogue.plans.get(wanted.item)
    period: Period | None = None if goods else (wanted.period or "month")
    if catalogue.is_extra(wanted.item):
        period = "month"
    people = max(wanted.people, wanted.quantity) if plan else 1
    most = company.policy.order_quantity
    if ban := policy.quantity_ban(catalogue, wanted.item, wanted.quantity, people, most):
        return ban
    claimed = held if wanted.discount is None else wanted.discount
    discount = claimed if claimed == held else "none"
    price = price_of(
        company, wanted.item, period or "month", wanted.quantity, people, discount, wanted.delivery
    )
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
    if plan and plan.seat_rub is not None:
        facts |= {"people": people, "seats_rub": price.seats_rub}
        if people > plan.people:
            facts |= {"team": people, "included": plan.people, "extra_seats": people - plan.people}
    if goods and wanted.delivery:
        facts |= delivery_facts(company, wanted.delivery)
    reason = "" if claimed in ("none", discount) else NOT_VERIFIED
    if reason:
        lower = price_of(
            company, wanted.item, period or "month", wanted.quantity, people, claimed, wanted.delivery
        )
        facts |= {"verified_rub": lower.total_rub} if lower.discount_percent else {}
    return Outcome(status="done", reason=reason, facts=facts)


def delivery_facts(company: Company, way: Delivery) -> dict[str, Value]:
    first, last = company.profile.delivery.ways[way].days
    return {"delivery_by": way, "days_from": first, "days_to": last}
