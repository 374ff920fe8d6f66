"""Days for an outage."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, select, update

from app.core.actions import CompensateOutage
from app.core.backoffice import Outcome
from app.engines.backoffice import policy
from app.engines.backoffice.actions.context import Case
from app.engines.backoffice.numbers import as_number
from app.engines.backoffice.outcomes import done, refused
from app.engines.backoffice.records import incident_of, subscription_of
from app.engines.backoffice.tables import compensations, subscriptions


def compensate_outage(case: Case, action: CompensateOutage) -> Outcome:
    incident = incident_of(case.connection, as_number(action.incident))
    if incident is None or incident.since > case.now:
        return refused("not_found")
    mine = (compensations.c.incident == incident.number) & (
        compensations.c.customer_id == case.visit.customer_id
    )
    given = case.connection.scalar(select(compensations.c.days).where(mine))
    subscription = subscription_of(case.connection, case.visit.customer_id)
    if ban := policy.compensation(incident, subscription, given, case.now):
        return ban
    assert subscription is not None
    days = policy.compensation_days(incident, case.now)
    renews = subscription.renews + timedelta(days=days)
    owner = {"customer_id": case.visit.customer_id}
    case.connection.execute(
        insert(compensations).values(incident=incident.number, at=case.now, days=days, **owner)
    )
    case.connection.execute(update(subscriptions).filter_by(**owner).values(renews=renews))
    return done(incident.number, incident=incident.number, days=days, renews=renews)
