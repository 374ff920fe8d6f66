"""Actions that cost the customer nothing: tickets, complaints, compensation and credits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, insert, select, update

from app.core.actions import (
    CloseTicket,
    CompensateOutage,
    EscalateToDevelopers,
    GrantCredit,
    OpenComplaint,
    OpenTicket,
    UpdateTicket,
)
from app.core.backoffice import Outcome, Severity
from app.engines.backoffice import policy, repeats
from app.engines.backoffice.actions.context import ActionRun
from app.engines.backoffice.dates import YEAR, working_days_after
from app.engines.backoffice.outcomes import done, refused
from app.engines.backoffice.records import as_number, incident_of, next_number, owned, subscription_of
from app.engines.backoffice.tables import compensations, credits, subscriptions, tickets


def grant_credit(case: ActionRun, action: GrantCredit) -> Outcome:
    if case.approved is None and (wait := _credit_wait(case, action.amount_rub)):
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


def _credit_wait(case: ActionRun, amount_rub: int) -> Outcome | None:
    return policy.credit(amount_rub, _recent(case), _has_grounds(case), case.policy)


def _has_grounds(case: ActionRun) -> bool:
    """A ticket or complaint which was not made for the purpose just now."""
    oldest = case.now - timedelta(days=case.policy.credit_grounds_days)
    told = tickets.c.at.between(oldest, case.now - timedelta(days=1))
    mine = select(func.count()).where(tickets.c.customer_id == case.origin.customer_id, told)
    return bool(case.connection.scalar(mine))


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


def open_ticket(case: ActionRun, action: OpenTicket) -> Outcome:
    if same := repeats.ticket(case, "problem", action.subject):
        return same
    number = _open(case, "problem", action.subject, action.details, action.severity)
    return done(number, severity=action.severity)


def escalate(case: ActionRun, action: EscalateToDevelopers) -> Outcome:
    if same := repeats.ticket(case, "developers", action.subject):
        return same
    number = _open(case, "developers", action.subject, action.tried, action.severity)
    return done(number, severity=action.severity)


def open_complaint(case: ActionRun, action: OpenComplaint) -> Outcome:
    if same := repeats.ticket(case, "complaint", action.subject):
        return same
    due = working_days_after(case.company, case.now, case.policy.complaint_days)
    number = _open(case, "complaint", action.subject, action.details, "normal", due)
    return done(number, due=due)


def update_ticket(case: ActionRun, action: UpdateTicket) -> Outcome:
    row = owned(case.connection, tickets, as_number(action.ticket), case.origin.customer_id)
    if row is None:
        return refused("not_found")
    if row.status == "closed":
        return refused("closed", ticket=row.number)
    if row.notes and row.notes[-1] == action.note:
        return refused("just_done", row.number, ticket=row.number)
    add = update(tickets).where(tickets.c.number == row.number).values(notes=[*row.notes, action.note])
    case.connection.execute(add)
    return done(row.number, ticket=row.number)


def close_ticket(case: ActionRun, action: CloseTicket) -> Outcome:
    row = owned(case.connection, tickets, as_number(action.ticket), case.origin.customer_id)
    if row is None:
        return refused("not_found")
    if row.status == "closed":
        return refused("closed", ticket=row.number)
    settled = update(tickets).where(tickets.c.number == row.number).values(status="closed")
    case.connection.execute(settled)
    return done(row.number, ticket=row.number)


def _open(
    case: ActionRun,
    kind: Literal["problem", "developers", "complaint"],
    subject: str,
    details: str,
    severity: Severity,
    due: datetime | None = None,
) -> str:
    number = next_number(case.connection, "C" if kind == "complaint" else "T")
    values = {
        "number": number,
        "customer_id": case.origin.customer_id,
        "kind": kind,
        "at": case.now,
        "subject": subject,
        "details": details,
        "severity": severity,
        "status": "open",
        "due": due,
        "notes": [],
    }
    case.connection.execute(insert(tickets).values(values))
    return number
