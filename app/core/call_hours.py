"""When a person calls: working days and hours of the company, in slots of a quarter of an hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.core.company import Company

SLOT = timedelta(minutes=15)


def is_call_time(company: Company, moment: datetime) -> bool:
    local, hours = moment.astimezone(company.zone), company.profile.hours
    return local.weekday() < hours.workdays and hours.opens <= local.hour < hours.closes


def next_slot(company: Company, now: datetime) -> datetime:
    """The first one in calling hours, at least a quarter of an hour ahead."""
    slot = as_slot(now.astimezone(UTC) + SLOT)
    while not is_call_time(company, slot):
        slot += SLOT
    return slot


def as_slot(moment: datetime) -> datetime:
    """The moment itself where a slot begins, else the next one."""
    beyond = (moment - datetime.min.replace(tzinfo=UTC)) % SLOT
    return moment + (SLOT - beyond) if beyond else moment
