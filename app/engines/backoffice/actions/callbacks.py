"""Calls by a person."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import insert, select

from app.core.actions import BookCallback
from app.core.backoffice import Outcome
from app.core.clock import HOUSE_TIME
from app.engines.backoffice import policy
from app.engines.backoffice.actions.context import Case
from app.engines.backoffice.dates import SLOT, next_slot
from app.engines.backoffice.numbers import next_number
from app.engines.backoffice.outcomes import done, refused
from app.engines.backoffice.tables import callbacks

_PHONE = re.compile(r"\+?[\d\s().-]+")
_DIGITS = range(10, 16)


def book_callback(case: Case, action: BookCallback) -> Outcome:
    """A time without a zone is Moscow's."""
    phone = action.phone or case.customer.phone
    if not is_phone(phone):
        return refused("phone_invalid")
    mine = callbacks.c.customer_id == case.visit.customer_id
    ahead = select(callbacks).where(mine, callbacks.c.at > case.now - SLOT).order_by(callbacks.c.at)
    if row := case.connection.execute(ahead).first():
        return refused("already_booked", row.number, at=row.at)
    at = next_slot(case.now) if action.when is None else _aware(action.when)
    if stop := policy.callback(at, case.now):
        return stop
    at, number = at.replace(second=0, microsecond=0), next_number(case.connection, "CB")
    values = {"number": number, "customer_id": case.visit.customer_id, "at": at, "phone": phone}
    case.connection.execute(insert(callbacks).values(values))
    return done(number, at=at)


def is_phone(said: str) -> bool:
    return bool(_PHONE.fullmatch(said.strip())) and len(re.sub(r"\D", "", said)) in _DIGITS


def _aware(when: datetime) -> datetime:
    return when if when.tzinfo else when.replace(tzinfo=HOUSE_TIME)
