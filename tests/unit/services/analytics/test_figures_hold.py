"""What must hold of the figures of any history."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import cache
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.dialog import Dialog
from app.core.stats import Interval
from app.services.analytics.facts import facts_of
from app.services.analytics.period import Period, quantile, rate
from app.services.analytics.scope import Outcomes, Visits
from app.services.analytics.tally import tally
from app.services.analytics.views import COLUMNS, Figures, to_csv
from tests.support.history import NOW, history
from tests.support.small_history import Told, at

SEEDS, LENGTHS, BACK = st.integers(0, 20), st.integers(1, 20), st.integers(0, 20)
ZONES = st.sampled_from(["UTC", "Europe/Moscow", "America/New_York"])


@cache
def past(seed: int) -> list[Dialog]:
    return list(history(dialogs=60, seed=seed))


def figures_of(seed: int, length: int, back: int, zone: str = "UTC") -> Figures:
    last = NOW.date() - timedelta(days=back)
    period = Period.of(last - timedelta(days=length - 1), last, zone, NOW)
    visits = Visits.of((d.customer_id, d.created_at) for d in past(seed))
    known = [facts for d in past(seed) if (facts := facts_of(d))]
    return tally(known, period, Outcomes(visits, NOW, timedelta(minutes=60)))


@settings(max_examples=40)
@given(SEEDS, LENGTHS, BACK, ZONES)
def test_parts_make_up_the_whole(seed: int, length: int, back: int, zone: str) -> None:
    figures = figures_of(seed, length, back, zone)
    volumes, told = figures.volumes, figures.satisfaction
    for parts in (figures.by_day, figures.by_agent, figures.by_language):
        assert sum(p.turns for p in parts) == volumes.turns.value
        assert sum(p.tokens for p in parts) == volumes.tokens.value
        assert sum(p.cost_usd for p in parts) == pytest.approx(volumes.cost_usd.value)
    assert sum(p.dialogs for p in figures.by_day) == volumes.dialogs.value
    assert sum(h.dialogs for h in figures.by_hour) == volumes.dialogs.value
    assert told.content + told.discontent + told.unknown == volumes.dialogs.value
    assert sum(told.ratings.values()) == told.rating.n
    assert sum(h.escalations for h in figures.by_hour) == figures.load.escalations


@settings(max_examples=40)
@given(SEEDS, LENGTHS, BACK)
def test_shares_are_shares_and_lie_in_their_intervals(seed: int, length: int, back: int) -> None:
    figures = figures_of(seed, length, back)
    for shares in (figures.agents, figures.sources):
        now = [s.share.value.value for s in shares]
        assert sum(now) == pytest.approx(1) or figures.volumes.turns.value == 0
    rates = [share for _, share in figures.rates] + [s.share for s in figures.agents]
    for each in rates:
        for share in (each.value, each.before):
            assert 0 <= share.low <= share.value <= share.high <= 1
        assert each.difference is None or (each.low or 0) <= each.difference <= (each.high or 0)
    assert figures.rates.resolved.value.n + figures.undecided == figures.volumes.dialogs.value


@settings(max_examples=20)
@given(SEEDS, LENGTHS, BACK)
def test_the_period_before_is_what_it_would_be_by_itself(seed: int, length: int, back: int) -> None:
    """Once it is over; until then it is compared with as much of the days before."""
    back += 1
    figures, alone = figures_of(seed, length, back), figures_of(seed, length, back + length)
    for (_, now), (_, before) in zip(figures.volumes, alone.volumes, strict=True):
        assert now.before == pytest.approx(before.value)
    for (_, now), (_, before) in zip(figures.rates, alone.rates, strict=True):
        assert now.before == before.value


@given(st.integers(0, 50), st.integers(1, 50), st.integers(0, 50), st.integers(1, 50))
def test_a_change_turns_around_with_its_periods(k: int, n: int, j: int, m: int) -> None:
    now, before = (min(k, n), n), (min(j, m), m)
    there, back = rate(now, before), rate(before, now)
    assert there.difference == pytest.approx(-(back.difference or 0))
    assert there.clear == back.clear
    assert not rate(now, now).clear


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1))
def test_a_quantile_is_a_value_that_enough_do_not_exceed(values: list[float], share: float) -> None:
    found = quantile(values, share)
    assert found in values
    assert sum(value <= (found or 0) for value in values) >= share * len(values) - 1e-9


def test_the_table_tells_every_figure_and_runs_no_formula() -> None:
    evil = '=HYPERLINK("http://evil.example","press me now")'
    dialogs = [Told.of("anna", at(21)).asks(evil, citations=[]).dialog]
    period = Period.of(date(2026, 11, 20), date(2026, 11, 21), "UTC", NOW)
    known = [facts for d in dialogs if (facts := facts_of(d))]
    text = to_csv(tally(known, period, Outcomes(Visits.of([]), NOW, timedelta(minutes=60))))
    assert text.startswith("\ufeff")
    header, *rows = csv.reader(StringIO(text.removeprefix("\ufeff")))
    assert tuple(header) == COLUMNS
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert not any(cell[:1] in ("=", "+", "-", "@") for row in rows for cell in row)
    assert [row[1] for row in rows if row[0] == "gap"] == [f"'{evil}"]
    assert {"total", "answered", "day", "agent", "language", "hour"} <= {row[0] for row in rows}


def test_an_interval_of_nothing_says_nothing() -> None:
    assert rate((0, 0), (1, 2)).value == Interval(value=0, low=0, high=1, n=0)
    assert rate((0, 0), (1, 2)).difference is None
