"""Changing, stopping and resuming a subscription."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import update

from app.core.actions import CancelSubscription, ChangeSubscription, ResumeSubscription
from app.core.backoffice import Outcome, Period, Subscription, Value
from app.engines.backoffice import policy, repeats
from app.engines.backoffice.actions.context import ActionRun
from app.engines.backoffice.actions.orders import enter
from app.engines.backoffice.dates import end_of
from app.engines.backoffice.outcomes import done
from app.engines.backoffice.pricing import Price, price_of
from app.engines.backoffice.records import subscription_of
from app.engines.backoffice.tables import subscriptions


def change_subscription(case: ActionRun, action: ChangeSubscription) -> Outcome:
    now = subscription_of(case.connection, case.origin.customer_id)
    period = action.period or (now.period if now else "month")
    if ban := policy.change(now, action.plan, period, case.now):
        return ban
    assert now is not None
    price = price_of(case.company, action.plan, period, discount=case.customer.discount)
    if now.status == "trial":
        return _first(case, action, period, price)
    if (action.plan, period) == (now.plan, now.period):
        return _keep(case, now)
    if policy.is_upgrade(case.company.catalogue, now, action.plan, period):
        return _at_once(case, now, action, period, price)
    _set(case, next_plan=action.plan, next_period=period)
    # `from` is a word of Python, so not a keyword argument
    facts: dict[str, Value] = {
        "from": now.renews,
        "plan": action.plan,
        "period": period,
        "price_rub": price.total_rub,
        **_discount(price),
    }
    return done("", **facts)


def cancel_subscription(case: ActionRun, _action: CancelSubscription) -> Outcome:
    now = subscription_of(case.connection, case.origin.customer_id)
    if ban := policy.cancellation(now):
        return ban
    assert now is not None
    _set(case, status="cancelled", next_plan=None, next_period=None)
    return done("", until=now.renews, plan=now.plan)


def resume_subscription(case: ActionRun, action: ResumeSubscription) -> Outcome:
    """`renews` is when the next period is charged, `price_rub` what for it."""
    now = subscription_of(case.connection, case.origin.customer_id)
    if ban := policy.resumption(now, action.drop_planned_change, case.now):
        return ban
    assert now is not None
    _set(case, status="active", next_plan=None, next_period=None)
    return done("", plan=now.plan, period=now.period, renews=now.renews, price_rub=now.price_rub)


def _first(case: ActionRun, action: ChangeSubscription, period: Period, price: Price) -> Outcome:
    """A trial ends with an order that is paid or not; until then it goes on."""
    if same := repeats.order(case, action.plan, 1, period, None):
        return same
    if wait := _wait(case, price.total_rub):
        return wait
    number = enter(case, action.plan, 1, period, price)
    due = price.total_rub
    facts = {**_discount(price), "price_rub": due, "difference_rub": due, "order": number}
    return done(number, plan=action.plan, period=period, **facts)


def _discount(price: Price) -> dict[str, Value]:
    """What makes the price less than the catalogue's."""
    return (
        {"discount": price.discount, "discount_percent": price.discount_percent}
        if price.discount_percent
        else {}
    )


def _wait(case: ActionRun, due: int) -> Outcome | None:
    """What a change costs is an order like any other."""
    return None if case.approved else policy.order(due, case.policy)


def _keep(case: ActionRun, now: Subscription) -> Outcome:
    """The downgrade that was planned is called off."""
    _set(case, next_plan=None, next_period=None)
    return done("", plan=now.plan, period=now.period, renews=now.renews)


def _at_once(
    case: ActionRun, now: Subscription, action: ChangeSubscription, period: Period, price: Price
) -> Outcome:
    """The plan is theirs from now on; the order for the difference awaits payment."""
    due = policy.difference(now, price.total_rub, period, case.now)
    if wait := _wait(case, due):
        return wait
    number = enter(case, action.plan, 1, period, replace(price, total_rub=due)) if due else ""
    plans = case.company.catalogue.plans
    renews = now.renews if period == now.period else end_of(period, case.now)
    _set(
        case,
        plan=action.plan,
        period=period,
        price_rub=price.total_rub,
        renews=renews,
        storage_gb=now.storage_gb + plans[action.plan].storage_gb - plans[now.plan].storage_gb,
        next_plan=None,
        next_period=None,
    )
    return done(
        number,
        plan=action.plan,
        period=period,
        price_rub=price.total_rub,
        difference_rub=due,
        order=number or None,
        renews=renews,
        **_discount(price),
    )


def _set(case: ActionRun, **values: object) -> None:
    mine = subscriptions.c.customer_id == case.origin.customer_id
    case.connection.execute(update(subscriptions).where(mine).values(values))
