"""Dates of the example week: nothing lies ahead, days of the week and hours stay, words follow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.example import Shift, shifted

ENDS = datetime(2026, 11, 25, 12, 40, tzinfo=UTC)
WEEK = timedelta(days=7)
NOWS = st.datetimes(datetime(2026, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(now=NOWS, ago=st.timedeltas(-WEEK * 2, WEEK * 3))
def test_a_moment_keeps_its_week_its_day_of_the_week_and_its_hour(now: datetime, ago: timedelta) -> None:
    last = ENDS - ago
    moved = last + Shift(ENDS, now).of(last)
    assert (now - moved) // WEEK == ago // WEEK
    assert (moved.weekday(), moved.time()) == (last.weekday(), last.time())


@given(now=NOWS)
def test_what_went_on_at_the_end_goes_on_now(now: datetime) -> None:
    assert ENDS + Shift(ENDS, now).of(ENDS, live=True) == now


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ('{"at":"2026-11-25T12:40:00.5Z"}', '{"at":"2026-12-02T12:40:00.500000Z"}'),
        ("2026-11-25 12:40:00+00:00", "2026-12-02 12:40:00+00:00"),
        ('"due": "2026-11-28"', '"due": "2026-12-05"'),
        ("оплачен до 28 ноября 2026 г.", "оплачен до 5 декабря 2026 г."),
        ("December 28, 2026, 3 PM", "January 4, 2027, 3 PM"),
        ("on 28 November", "on 5 December"),
        ("P-1001, 28 рублей, 2026-99-99", "P-1001, 28 рублей, 2026-99-99"),
    ],
)
def test_dates_in_figures_and_in_words_move(text: str, moved: str) -> None:
    assert shifted(text, WEEK) == moved


def test_a_text_is_the_same_where_nothing_moves() -> None:
    said = "28 ноября 2026, 2026-11-28, November 28"
    assert shifted(said, timedelta(0)) == said
