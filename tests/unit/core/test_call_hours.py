"""When a person may call."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.core.call_hours import as_slot, next_slot
from tests.support.company import COMPANY


def _utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-03-18T12:10", "2026-03-18T12:30"),
        ("2026-03-18T16:40", "2026-03-19T06:00"),
        ("2026-03-20T17:00", "2026-03-23T06:00"),
        ("2026-03-18T03:00", "2026-03-18T06:00"),
    ],
)
def test_the_next_call_is_the_next_quarter_of_a_working_day(now: str, slot: str) -> None:
    assert next_slot(COMPANY, _utc(now)) == _utc(slot)


@pytest.mark.parametrize(
    ("moment", "slot"),
    [
        ("2026-03-18T12:00", "2026-03-18T12:00"),
        ("2026-03-18T12:45", "2026-03-18T12:45"),
        ("2026-03-18T12:46", "2026-03-18T13:00"),
        ("2026-03-18T23:50", "2026-03-19T00:00"),
    ],
)
def test_a_slot_is_a_full_quarter(moment: str, slot: str) -> None:
    assert as_slot(_utc(moment)) == _utc(slot)
