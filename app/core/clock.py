"""Now, in UTC; and the time zone of the house."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

Clock = Callable[[], datetime]
HOUSE_TIME = timezone(timedelta(hours=3), "MSK")
"""The company lives by Moscow time, which knows no summer time."""


def utcnow() -> datetime:
    return datetime.now(UTC)
