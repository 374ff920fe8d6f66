"""Calls by a person: booked, moved, cancelled. A customer has one ahead."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from app.core.actions import BookCallback, CancelCallback, MoveCallback
from app.core.backoffice import Outcome, Value
from app.core.call_hours import as_slot, next_slot
from app.engines.backoffice import policy
from app.engines.backoffice.actions.context import ActionRun
from app.engines.backoffice.outcomes import done, refused
from app.engines.backoffice.records import as_number, next_number
from app.engines.backoffice.tables import callbacks

_PHONE = re.compile(r"\+?[\d\s().-]+")
_DIGITS = range(10, 16)
DURATION = timedelta(hours=1)  # for so long after its time a call is still expected


def book_callback(case: ActionRun, action: BookCallback) -> Outcome:
    """A time without a zone is the company's. What is no slot becomes the next one, and both are told."""
    phone = action.phone or case.customer.phone
    if not is_phone(phone):
        return refused("phone_invalid")
    if ahead := _ahead(case):
        return refused("already_booked", ahead[0].number, **_facts(case, ahead[0].at, ahead[0].at))
    asked = next_slot(case.company, case.now) if action.when is None else _aware(action.when, case)
    at = as_slot(asked)
    if stop := policy.callback(case.company, at, case.now, case.policy):
        return stop
    number = next_number(case.connection, "CB")
    values = {"number": number, "customer_id": case.origin.customer_id, "at": at, "phone": phone}
    case.connection.execute(insert(callbacks).values(values))
    return done(number, **_facts(case, at, asked))


def move_callback(case: ActionRun, action: MoveCallback) -> Outcome:
    row = _meant(case, action.booking)
    if isinstance(row, Outcome):
        return row
    asked = _aware(action.when, case)
    at = as_slot(asked)
    if at == row.at:
        return refused("already_booked", row.number, **_facts(case, at, at))
    if stop := policy.callback(case.company, at, case.now, case.policy):
        return stop
    case.connection.execute(update(callbacks).where(callbacks.c.number == row.number).values(at=at))
    return done(row.number, was=row.at, **_facts(case, at, asked))


def cancel_callback(case: ActionRun, action: CancelCallback) -> Outcome:
    row = _meant(case, action.booking)
    if isinstance(row, Outcome):
        return row
    case.connection.execute(delete(callbacks).where(callbacks.c.number == row.number))
    return done(row.number, **_facts(case, row.at, row.at))


def is_phone(said: str) -> bool:
    return bool(_PHONE.fullmatch(said.strip())) and len(re.sub(r"\D", "", said)) in _DIGITS


def _meant(case: ActionRun, booking: str | None) -> Row[Any] | Outcome:
    """The call of that number, or the only one; one that should have begun is still ahead for a while."""
    ahead = _ahead(case)
    if booking is not None:
        number = as_number(booking)
        return next((row for row in ahead if row.number == number), refused("not_found"))
    if not ahead:
        return refused("no_call")
    return ahead[0] if len(ahead) == 1 else refused("several_calls", count=len(ahead))


def _ahead(case: ActionRun) -> list[Row[Any]]:
    mine = callbacks.c.customer_id == case.origin.customer_id
    ahead = select(callbacks).where(mine, callbacks.c.at > case.now - DURATION).order_by(callbacks.c.at)
    return list(case.connection.execute(ahead))


def _facts(case: ActionRun, at: datetime, asked: datetime) -> dict[str, Value]:
    facts: dict[str, Value] = {"at": at, "time_zone": case.company.profile.time_zone}
    return facts if at == asked else {**facts, "asked": asked}


def _aware(when: datetime, case: ActionRun) -> datetime:
    known = when if when.tzinfo else when.replace(tzinfo=case.company.zone)
    return known.replace(second=0, microsecond=0).astimezone(UTC)
