"""Orders, the links that pay them, and what may still be changed about them."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from app.core.actions import CancelOrder, ChangeDelivery, CreateOrder, CreatePaymentLink
from app.core.backoffice import Delivery, Order, Outcome, Period, Value
from app.engines.backoffice import policy, repeats
from app.engines.backoffice.actions.context import ActionRun
from app.engines.backoffice.outcomes import done, refused
from app.engines.backoffice.pricing import Price, delivery_facts, price_of
from app.engines.backoffice.records import as_number, next_number, owned, subscription_of
from app.engines.backoffice.tables import orders, payments


def create_order(case: ActionRun, action: CreateOrder) -> Outcome:
    """For a plan with seats the quantity is the number of people."""
    subscription = subscription_of(case.connection, case.origin.customer_id)
    catalogue = case.company.catalogue
    goods = catalogue.is_goods(action.item)
    delivery = action.delivery if goods else None
    if ban := policy.order_ban(catalogue, action.item, action.period, delivery, subscription):
        return ban
    people = action.quantity if action.item in catalogue.plans else 1
    most = case.policy.order_quantity
    if ban := policy.quantity_ban(catalogue, action.item, action.quantity, people, most):
        return ban
    price = price_of(
        case.company,
        action.item,
        action.period or "month",
        action.quantity,
        action.quantity,
        case.customer.discount,
        delivery,
    )
    period = None if goods else (action.period if action.item in catalogue.plans else "month")
    if not action.again and (same := repeats.order(case, action.item, action.quantity, period, delivery)):
        return same
    if case.approved is None and (wait := policy.order(price.total_rub, case.policy)):
        return wait
    address = action.address if delivery else None
    number = enter(case, action.item, action.quantity, period, price, delivery, address)
    return done(number, **facts_of(action.item, action.quantity, period, price, delivery, case))


def facts_of(
    item: str, quantity: int, period: Period | None, price: Price, delivery: Delivery | None, case: ActionRun
) -> dict[str, Value]:
    facts: dict[str, Value] = {
        "item": item,
        "title": case.company.catalogue[item].title(case.origin.language),
        "quantity": quantity,
        "price_rub": price.price_rub,
        "discount": price.discount,
        "discount_percent": price.discount_percent,
        "delivery_rub": price.delivery_rub,
        "total_rub": price.total_rub,
    }
    if period:
        facts["period"] = period
    if price.seats_rub:
        facts["seats_rub"] = price.seats_rub
    if delivery:
        facts |= delivery_facts(case.company, delivery)
    return facts


def enter(
    case: ActionRun,
    item: str,
    quantity: int,
    period: Period | None,
    price: Price,
    delivery: Delivery | None = None,
    address: str | None = None,
) -> str:
    """It awaits payment."""
    number = next_number(case.connection, "O")
    values = {
        "number": number,
        "customer_id": case.origin.customer_id,
        "at": case.now,
        "item": item,
        "title": case.company.catalogue[item].title(case.origin.language),
        "quantity": quantity,
        "period": period,
        "total_rub": price.total_rub,
        "delivery": delivery,
        "address": address,
        "delivery_rub": price.delivery_rub or 0,
        "status": "awaiting_payment",
    }
    case.connection.execute(insert(orders).values(values))
    return number


def create_payment_link(case: ActionRun, action: CreatePaymentLink) -> Outcome:
    row = owned(case.connection, orders, as_number(action.order), case.origin.customer_id)
    if row is None:
        return refused("not_found")
    if row.status == "cancelled":
        return refused("cancelled", order=row.number)
    if row.status != "awaiting_payment":
        return refused("already_paid", order=row.number)
    return done(
        row.number,
        url=f"{case.company.profile.payment_page}/{row.number}",
        order=row.number,
        total_rub=row.total_rub,
    )


def cancel_order(case: ActionRun, action: CancelOrder) -> Outcome:
    order = _owned(case, action.order)
    if order is None:
        return refused("not_found")
    subscription = subscription_of(case.connection, case.origin.customer_id)
    if stop := policy.order_cancellation(order, subscription, _payment(case, order), case.policy):
        return stop
    _set(case, order, status="cancelled")
    return done(
        order.number,
        order=order.number,
        item=order.item,
        quantity=order.quantity,
        total_rub=order.total_rub,
        due_rub=0,
    )


def change_delivery(case: ActionRun, action: ChangeDelivery) -> Outcome:
    """Another way forgets the address of the old one; what is not paid yet is priced anew."""
    order = _owned(case, action.order)
    if order is None:
        return refused("not_found")
    if stop := policy.delivery_change(case.company.catalogue, order):
        return stop
    way = action.delivery or order.delivery
    address = action.address if action.address or way != order.delivery else order.address
    if way is None or (way, address) == (order.delivery, order.address):
        return refused("nothing_to_change", order=order.number)
    fee = _fee(case, order, way)
    if order.status == "paid" and fee != order.delivery_rub:
        paid = _payment(case, order)
        return refused("paid_otherwise", order=order.number, payment=paid, delivery_rub=fee)
    total = order.total_rub - order.delivery_rub + fee
    _set(case, order, delivery=way, address=address, delivery_rub=fee, total_rub=total)
    facts = delivery_facts(case.company, way)
    if order.status == "awaiting_payment":
        facts |= {"delivery_rub": fee, "total_rub": total}
    return done(order.number, order=order.number, item=order.item, **facts)


def _owned(case: ActionRun, number: str) -> Order | None:
    row = owned(case.connection, orders, as_number(number), case.origin.customer_id)
    return None if row is None else Order.model_validate(row._asdict())


def _fee(case: ActionRun, order: Order, way: Delivery) -> int:
    return price_of(case.company, order.item, "month", order.quantity, delivery=way).delivery_rub or 0


def _payment(case: ActionRun, order: Order) -> str | None:
    """That of the order."""
    mine = payments.c.customer_id == case.origin.customer_id
    paid = select(payments.c.number).where(mine, payments.c.order == order.number)
    return case.connection.scalar(paid.order_by(payments.c.at).limit(1))


def _set(case: ActionRun, order: Order, **values: object) -> None:
    case.connection.execute(update(orders).where(orders.c.number == order.number).values(values))
