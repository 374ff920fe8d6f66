"""What something would cost this customer."""

from __future__ import annotations

from app.core.actions import Quote
from app.core.backoffice import Discount, Outcome, Period, Value
from app.engines.backoffice.catalogue import DELIVERY_DAYS, ITEMS, PLANS
from app.engines.backoffice.outcomes import Note
from app.engines.backoffice.pricing import price_of

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
