"""Limits on what agents may do on their own: facts in; None, a refusal or an approval request out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.backoffice import Incident, Order, Outcome, Payment, Period, Policy, Subscription
from app.core.call_hours import is_call_time
from app.core.catalogue import Catalogue
from app.core.company import Company
from app.engines.backoffice.dates import add_months, months_begun
from app.engines.backoffice.outcomes import Waiting, refused, waits

MONTHS = 12


@dataclass(frozen=True, slots=True)
class RefundCase:
    """`earlier` is the payment's latest refund; `recent` counts a year's, duplicates apart."""

    payment: Payment
    goods: bool = False
    delivered: datetime | None = None
    earlier: str = ""
    recent: int = 0
    asked: int | None = None

    @property
    def rest(self) -> int:
        return self.payment.amount_rub - self.payment.refunded_rub


def refund_ban(case: RefundCase) -> Outcome | None:
    """Refusals that an operator cannot override."""
    if case.rest <= 0:
        return refused("already_refunded", payment=case.payment.number, refund=case.earlier)
    if case.asked is not None and case.asked > case.rest:
        return refused("more_than_paid", payment=case.payment.number, left_rub=case.rest)
    return None


def refund_due(case: RefundCase, now: datetime, policy: Policy) -> int:
    """What is returned without a person's word; 0 where one is needed."""
    payment = case.payment
    if payment.duplicate_of or (not case.goods and now - payment.at <= _days(policy)):
        return case.rest
    unused = unused_months(case, now, policy)
    return max(0, payment.amount_rub * unused // MONTHS - payment.refunded_rub)


def unused_months(case: RefundCase, now: datetime, policy: Policy) -> int:
    """Of a year, for which alone a part is returned; 0 where all of it is, or none."""
    payment = case.payment
    in_time = payment.duplicate_of or now - payment.at <= _days(policy)
    if case.goods or payment.period != "year" or in_time:
        return 0
    return max(0, MONTHS - months_begun(payment.at, now))


def refund_sum(case: RefundCase, now: datetime, policy: Policy) -> int:
    """A duplicate charge is always returned whole; else what was asked for, or all that may be."""
    if case.payment.duplicate_of:
        return case.rest
    return case.asked or refund_due(case, now, policy) or case.rest


def refund(case: RefundCase, now: datetime, policy: Policy) -> Outcome | None:
    """After `refund_ban`."""
    payment, due = case.payment, refund_due(case, now, policy)
    if payment.duplicate_of:
        return None
    if case.goods:
        return _goods(case, now, policy)
    if payment.period == "year" and not due and case.asked is None:
        spent = "already_refunded" if payment.refunded_rub else "period_used"
        return refused(spent, payment=payment.number, refund=case.earlier)  # type: ignore[arg-type]
    if not due or (case.asked or 0) > due:
        return _wait("late", case, now, policy)
    if payment.refunded_rub + refund_sum(case, now, policy) > policy.refund_limit_rub:
        return _wait("above_limit", case, now, policy)  # in parts too: they add up
    return _wait("often", case, now, policy) if case.recent >= policy.refunds_per_year else None


def _goods(case: RefundCase, now: datetime, policy: Policy) -> Outcome:
    if case.delivered is not None and now - case.delivered > _days(policy):
        return refused("too_late", payment=case.payment.number, days=policy.refund_days)
    return _wait("goods_return", case, now, policy)


def _wait(reason: Waiting, case: RefundCase, now: datetime, policy: Policy) -> Outcome:
    """With the rule that makes it wait."""
    days = policy.refund_days if reason == "late" else None
    limit = policy.refund_limit_rub if reason == "above_limit" else None
    amount = refund_sum(case, now, policy)
    return waits(reason, payment=case.payment.number, amount_rub=amount, refund_days=days, limit_rub=limit)


def _days(policy: Policy) -> timedelta:
    return timedelta(days=policy.refund_days)


def compensation_days(incident: Incident, now: datetime, policy: Policy) -> int:
    """One for each so many full hours, so far where it lasts."""
    return (min(incident.until or now, now) - incident.since) // timedelta(hours=policy.outage_hours)


def compensation(
    incident: Incident,
    subscription: Subscription | None,
    given_days: int | None,
    now: datetime,
    policy: Policy,
) -> Outcome | None:
    """`given_days` were given for this incident before."""
    if subscription is None or subscription.status != "active":
        return refused("no_subscription", incident=incident.number)
    if given_days is not None:
        return refused("already_compensated", incident=incident.number, days=given_days)
    if incident.until is not None and subscription.started >= incident.until:
        return refused("no_subscription", incident=incident.number)
    if incident.until is not None and now - incident.until > timedelta(days=policy.outage_claim_days):
        return refused("too_late", incident=incident.number, days=policy.outage_claim_days)
    if compensation_days(incident, now, policy) < 1:
        return refused("too_short", incident=incident.number, hours=policy.outage_hours)
    return None


def credit(amount_rub: int, recent: int, has_grounds: bool, policy: Policy) -> Outcome | None:
    """`recent` credits in a year. Asking alone is no ground: whoever wants money would ask."""
    if amount_rub > policy.credit_limit_rub:
        return waits("above_limit", amount_rub=amount_rub)
    if recent >= policy.credits_per_year:
        return waits("often", amount_rub=amount_rub)
    return None if has_grounds else waits("no_grounds", amount_rub=amount_rub)


def quantity_ban(catalogue: Catalogue, item: str, quantity: int, people: int, most: int) -> Outcome | None:
    """`most` pieces or people are one order's; a plan without seats has its own number of people."""
    plan = catalogue.plans.get(item)
    if plan is not None and plan.seat_rub is None and people > plan.people:
        return refused("too_many_people", item=item, people=plan.people)
    asked = max(quantity, people)
    return refused("too_many", item=item, asked_for=asked, most=most) if asked > most else None


def order_ban(
    catalogue: Catalogue,
    item: str,
    period: Period | None,
    delivery: str | None,
    subscription: Subscription | None,
) -> Outcome | None:
    """What makes an order impossible, whoever asks and however much is asked for."""
    serving = subscription if subscription and subscription.status in ("active", "past_due") else None
    if catalogue.is_extra(item):
        return None if subscription else refused("no_subscription")
    plan = catalogue.plans.get(item)
    if plan is None:
        return None if delivery else refused("delivery_missing", item=item)
    if period is None:
        return refused("period_missing", item=item)
    if serving and (serving.plan, serving.period) == (item, period):
        return refused("already_on_plan", plan=item, period=period)
    return None


def order(total_rub: int, policy: Policy) -> Outcome | None:
    return waits("above_limit", amount_rub=total_rub) if total_rub > policy.order_limit_rub else None


def change(subscription: Subscription | None, plan: str, period: Period, now: datetime) -> Outcome | None:
    if subscription is None or (subscription.status == "cancelled" and subscription.renews <= now):
        return refused("no_subscription")
    if subscription.status == "cancelled":
        return refused("already_cancelled", until=subscription.renews)
    if subscription.status == "past_due":
        return refused("past_due", plan=subscription.plan, amount_rub=subscription.price_rub)
    same = (subscription.plan, subscription.period) == (plan, period)
    if same and subscription.next_plan is None and subscription.status == "active":
        return refused("already_on_plan", plan=plan, period=period)
    return None


def is_upgrade(catalogue: Catalogue, subscription: Subscription, plan: str, period: Period) -> bool:
    """At once: a higher plan, or from months to a year. A year that was paid is used up first."""
    if subscription.period == "year" and period == "month":
        return False
    longer = subscription.period == "month" and period == "year"
    return catalogue.rank(plan) > catalogue.rank(subscription.plan) or (plan == subscription.plan and longer)


def difference(subscription: Subscription, price_rub: int, period: Period, now: datetime) -> int:
    """What an upgrade costs: days that are paid are set off, and where the period stays, days used too."""
    start = add_months(subscription.renews, -12 if subscription.period == "year" else -1)
    whole = (subscription.renews - start) / timedelta(days=1)
    left = max(0.0, (subscription.renews - now) / timedelta(days=1))
    share = min(1.0, left / whole)
    new = price_rub * share if period == subscription.period else price_rub
    return max(0, round(new - subscription.price_rub * share))


def cancellation(subscription: Subscription | None) -> Outcome | None:
    if subscription is None:
        return refused("no_subscription")
    if subscription.status == "cancelled":
        return refused("already_cancelled", until=subscription.renews)
    return None


def resumption(subscription: Subscription | None, drops_change: bool, now: datetime) -> Outcome | None:
    """`drops_change`: a move to another plan that is planned is to be called off."""
    if subscription is None:
        return refused("no_subscription")
    if subscription.status == "trial":
        return refused("on_trial", until=subscription.renews)
    if subscription.status == "past_due":
        return refused("past_due", plan=subscription.plan, amount_rub=subscription.price_rub)
    if subscription.status == "cancelled" and subscription.renews <= now:
        return refused("period_over", plan=subscription.plan, until=subscription.renews)
    if subscription.status == "active" and not (subscription.next_plan and drops_change):
        planned = subscription.next_plan
        return refused(
            "already_renewing", plan=subscription.plan, renews=subscription.renews, next_plan=planned
        )
    return None


def order_cancellation(
    order: Order, subscription: Subscription | None, payment: str | None, policy: Policy
) -> Outcome | None:
    """The reason says what is to be done instead. `payment` is the order's."""
    if order.status == "cancelled":
        return refused("cancelled", order=order.number)
    if order.status == "paid":
        return refused("refund_instead", order=order.number, payment=payment)
    if order.status in ("shipped", "delivered"):
        state, days = order.status, policy.refund_days
        return refused("return_instead", order=order.number, order_status=state, payment=payment, days=days)
    runs = subscription is not None and subscription.status in ("active", "past_due")
    if subscription and runs and (subscription.plan, subscription.period) == (order.item, order.period):
        return refused("plan_runs", order=order.number, plan=order.item, total_rub=order.total_rub)
    return None


def delivery_change(catalogue: Catalogue, order: Order) -> Outcome | None:
    if order.status == "cancelled":
        return refused("cancelled", order=order.number)
    if not catalogue.is_goods(order.item):
        return refused("not_delivered", order=order.number, item=order.item)
    if order.status in ("shipped", "delivered"):
        return refused("already_shipped", order=order.number, order_status=order.status)
    return None


def callback(company: Company, at: datetime, now: datetime, policy: Policy) -> Outcome | None:
    zone = company.profile.time_zone
    if at <= now:
        return refused("in_the_past", at=at, time_zone=zone)
    if at - now > timedelta(days=policy.callback_days):
        return refused("too_far", at=at, time_zone=zone, days=policy.callback_days)
    return None if is_call_time(company, at) else refused("outside_hours", at=at, time_zone=zone)
