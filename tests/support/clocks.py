"""Clocks that a test sets ahead; the second one stands still otherwise."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.core.clock import utcnow


class Clock:
    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utcnow() + self.ahead


class StillClock:
    def __init__(self) -> None:
        self.now = utcnow()

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
