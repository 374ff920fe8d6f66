"""Days for an outage.

Small sums as a sign of goodwill.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, insert, select, update

from app.core.actions import CompensateOutage, GrantCredit
from app.core.backoffice import Outcome
from app.engines.backoffice import policy
from app.engines.backoffice.actions.context import ActionRun
from app.engines.backoffice.dates import YEAR
from app.engines.backoffice.outcomes import done, refused
from app.engines.backoffice.records import as_number, incident_of, next_number, subscription_of
from app.engines.backoffice.tables import compensations, credits, subscriptions


def grant_credit(case: ActionRun, action: GrantCredit) -> Outcome:
    if case.approved is None and (wait := policy.credit(action.amount_rub, _recent(case), case.policy)):
        return wait
    number = next_number(case.connection, "CR")
    values = {
        "number": number,
        "customer_id": case.origin.customer_id,
        "at": case.now,
        "amount_rub": action.amount_rub,
        "reason": action.reason,
    }
    case.connection.execute(insert(credits).values(values))
    return done(number, amount_rub=action.amount_rub)


def _recent(case: ActionRun) -> int:
    mine = credits.c.customer_id == case.origin.customer_id
    counted = select(func.count()).where(mine, credits.c.at > case.now - YEAR)
    return case.connection.scalar(counted) or 0


def compensate_outage(case: ActionRun, action: CompensateOutage) -> Outcome:
    incident = incident_of(case.connection, as_number(action.incident))
    if incident is None or incident.since > case.now:
        return refused("not_found")
    mine = (compensations.c.incident == incident.number) & (
        compensations.c.customer_id == case.origin.customer_id
    )
    given = case.connection.scalar(select(compensations.c.days).where(mine))
    subscription = subscription_of(case.connection, case.origin.customer_id)
    if ban := policy.compensation(incident, subscription, given, case.now, case.policy):
        return ban
    assert subscription is not None
    days = policy.compensation_days(incident, case.now, case.policy)
    renews = subscription.renews + timedelta(days=days)
    owner = {"customer_id": case.origin.customer_id}
    case.connection.execute(
        insert(compensations).values(incident=incident.number, at=case.now, days=days, **owner)
    )
    case.connection.execute(update(subscriptions).filter_by(**owner).values(renews=renews))
    return done(incident.number, incident=incident.number, days=days, renews=renews)
