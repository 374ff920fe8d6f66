"""What may still be changed about an order: calling it off, where it goes and how."""

from __future__ import annotations

from sqlalchemy import select, update

from app.core.actions import CancelOrder, ChangeDelivery
from app.core.backoffice import Delivery, Order, Outcome
from app.engines.backoffice import policy
from app.engines.backoffice.actions.context import ActionRun
from app.engines.backoffice.outcomes import done, refused
from app.engines.backoffice.pricing import delivery_facts, price_of
from app.engines.backoffice.records import as_number, owned, subscription_of
from app.engines.backoffice.tables import orders, payments


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
    return done(order.number, order=order.number, item=order.item, delivery_rub=fee, total_rub=total, **facts)


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
