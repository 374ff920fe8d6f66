"""Months and working days, in the company's time."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta

from app.core.backoffice import Period
from app.core.company import Company

YEAR = timedelta(days=365)


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
