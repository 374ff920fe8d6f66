"""Months, working days and hours of calls, in the company's time."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta

from app.core.backoffice import Period
from app.core.company import Company

YEAR = timedelta(days=365)
SLOT, DURATION = timedelta(minutes=15), timedelta(hours=1)
"""Calls begin at full quarters; for so long after its time a call is still expected."""


def add_months(moment: datetime, months: int) -> datetime:
    """The same day of a later month, or its last one."""
    index = moment.month - 1 + months
    year, month = moment.year + index // 12, index % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def end_of(period: Period, start: datetime) -> datetime:
    return add_months(start, 12 if period == "year" else 1)


def months_begun(start: datetime, now: datetime) -> int:
    """At least one: the month that runs counts as used."""
    months = 1
    while add_months(start, months) <= now:
        months += 1
    return months


def working_days_after(company: Company, moment: datetime, days: int) -> datetime:
    """The same time of day, weekends skipped."""
    local = moment.astimezone(company.zone)
    while days:
        local += timedelta(days=1)
        days -= local.weekday() < company.profile.hours.workdays
    return local.astimezone(UTC)


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
