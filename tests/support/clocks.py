"""A clock that a test sets ahead."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.core.clock import utcnow


class Clock:
    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utcnow() + self.ahead
