"""Erlang's formulas against published tables, and against what must hold whatever the load."""

from __future__ import annotations

from math import exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.analytics.staffing import (
    Wanted,
    answered_within,
    erlang_b,
    erlang_c,
    mean_wait,
    servers_for,
    staff,
)

LOADS = st.floats(0.01, 60)
CREWS = st.integers(1, 80)


@pytest.mark.parametrize(
    ("load", "servers"),
    [(0.0101, 1), (1.361, 5), (4.461, 10), (12.03, 20), (37.90, 50), (84.06, 100)],
)
def test_blocking_is_that_of_the_printed_tables_at_one_per_cent(load: float, servers: int) -> None:
    assert erlang_b(load, servers) == pytest.approx(0.01, rel=0.006)


def test_the_textbook_centre_of_ten_erlangs_needs_fourteen() -> None:
    """200 calls an hour of 180 s, 80 % in 20 s: 17.4 % wait, 88.8 % in time, 7.8 s on average."""
    assert servers_for(10, 180, 0.8, 20) == 14
    assert erlang_c(10, 14) == pytest.approx(0.1741, abs=5e-5)
    assert answered_within(10, 14, 180, 20) == pytest.approx(0.888, abs=5e-4)
    assert mean_wait(10, 14, 180) == pytest.approx(7.8, abs=0.05)


@given(LOADS, CREWS)
def test_the_recursion_is_the_sum_in_the_book(load: float, servers: int) -> None:
    terms = [load**n / factorial(n) for n in range(servers + 1)]
    assert erlang_b(load, servers) == pytest.approx(terms[-1] / sum(terms))


@given(st.floats(0.01, 0.99))
def test_one_and_two_servers_have_closed_forms(busy: float) -> None:
    assert erlang_c(busy, 1) == pytest.approx(busy)
    assert erlang_c(2 * busy, 2) == pytest.approx(2 * busy**2 / (1 + busy))


@given(LOADS, CREWS)
def test_waiting_is_a_probability_above_blocking_and_falls_with_more_people(
    load: float, servers: int
) -> None:
    waits = erlang_c(load, servers)
    assert erlang_b(load, servers) <= waits + 1e-12
    assert 0 <= erlang_c(load, servers + 1) <= waits <= 1
    assert mean_wait(load, servers + 1, 60) <= mean_wait(load, servers, 60)


@given(LOADS, CREWS, st.floats(10, 3000), st.floats(0, 600))
def test_the_mean_wait_is_the_area_above_the_level(
    load: float, servers: int, handling: float, seconds: float
) -> None:
    """P(W > t) = C·exp(-(c - a)·t / h), whose integral is the mean."""
    if load >= servers:
        assert answered_within(load, servers, handling, seconds) == 0
        return
    rate = (servers - load) / handling
    late = 1 - answered_within(load, servers, handling, seconds)
    assert late == pytest.approx(mean_wait(load, servers, handling) * rate * exp(-rate * seconds), abs=1e-9)


@given(LOADS, st.floats(10, 3000), st.floats(0.01, 0.999), st.floats(0, 600))
def test_the_crew_is_the_smallest_that_is_enough(
    load: float, handling: float, wanted: float, seconds: float
) -> None:
    crew = servers_for(load, handling, wanted, seconds)
    assert crew is not None
    assert crew > load
    assert answered_within(load, crew, handling, seconds) >= wanted
    assert answered_within(load, crew - 1, handling, seconds) < wanted


def test_large_centres_neither_overflow_nor_take_long() -> None:
    assert servers_for(5000, 300, 0.8, 20) == pytest.approx(5040, abs=40)
    assert servers_for(20_000, 300, 0.8, 20) is None


def test_nobody_asks_so_nobody_is_needed() -> None:
    staffing = staff(Wanted(per_hour=0))
    assert staffing.enough is not None
    assert (staffing.enough.serving, staffing.paid, staffing.around) == (0, 0, [])


def test_the_roster_is_larger_by_the_time_away() -> None:
    staffing = staff(Wanted(per_hour=200, handling=180, level=0.8, within=20, shrinkage=0.3))
    assert staffing.enough is not None
    assert (staffing.load, staffing.enough.serving, staffing.paid) == (10, 14, 20)
    assert [crew.serving for crew in staffing.around] == [12, 13, 14, 15, 16]


def test_a_load_beyond_all_measure_is_said_to_be_so() -> None:
    staffing = staff(Wanted(per_hour=10_000, handling=28_800))
    assert (staffing.enough, staffing.paid, staffing.around) == (None, None, [])
