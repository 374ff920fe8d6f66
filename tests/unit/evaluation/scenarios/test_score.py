from __future__ import annotations

from itertools import combinations
from statistics import mean
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.evaluation.scenarios.report import ScenarioReport, pass_hat_k, pass_table, score, summary
from app.evaluation.scenarios.trial import Outcome, ScenarioTrial


def trial(name: str, outcome: Outcome, **more: Any) -> ScenarioTrial:
    known: dict[str, Any] = {"language": "ru", "tags": ["quote"], "agents": ["sales"], "repeat": 0}
    return ScenarioTrial(scenario=name, outcome=outcome, **(known | more))


@pytest.mark.parametrize(
    ("n", "c", "k", "chance"),
    [(4, 2, 2, 1 / 6), (4, 3, 2, 0.5), (5, 5, 5, 1.0), (5, 4, 5, 0.0), (8, 4, 1, 0.5), (1, 0, 1, 0.0)],
)
def test_the_worked_examples_of_pass_k(n: int, c: int, k: int, chance: float) -> None:
    assert pass_hat_k(n, c, k) == pytest.approx(chance)


@given(st.lists(st.booleans(), min_size=1, max_size=9), st.data())
def test_pass_k_is_the_share_of_draws_in_which_all_pass(outcomes: list[bool], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(outcomes)))
    draws = [all(outcomes[i] for i in drawn) for drawn in combinations(range(len(outcomes)), k)]
    assert pass_hat_k(len(outcomes), sum(outcomes), k) == pytest.approx(mean(draws))


@given(st.lists(st.integers(0, 6), min_size=1, max_size=6))
def test_pass_k_never_rises_with_k(successes: list[int]) -> None:
    table = list(pass_table({str(n): (6, c) for n, c in enumerate(successes)}).values())
    assert len(table) == 6
    assert table == sorted(table, reverse=True)


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=6), min_size=1, max_size=6))
def test_with_unequal_trials_every_k_is_of_all_scenarios(outcomes: list[list[bool]]) -> None:
    """Else those that were seldom tried, or failed, would leave, and reliability would seem to rise."""
    table = pass_table({str(n): (len(each), sum(each)) for n, each in enumerate(outcomes)})
    assert list(table) == list(range(1, min(map(len, outcomes)) + 1))
    assert list(table.values()) == sorted(table.values(), reverse=True)
    draws = [mean(each) for each in outcomes]
    assert table[1] == pytest.approx(mean(draws))


def test_the_scenario_that_ends_pass_k_is_named() -> None:
    weak = [trial("weak", "state_failed"), trial("weak", "customer_fault", repeat=1)]
    figures = score([trial("sure", "pass"), trial("sure", "pass", repeat=1), *weak])
    assert (figures.pass_k, figures.fewest) == ({1: 0.5}, ["weak"])
    told = summary(ScenarioReport(model="m", customer="simulated", score=figures, trials=weak))
    assert "  ends at k=1         no more trials count of weak" in told
    assert score([trial("a", "pass"), trial("b", "pass")]).fewest == []


@pytest.mark.parametrize(("n", "c", "k"), [(3, 4, 1), (3, 2, 4), (3, 2, 0), (3, -1, 1)])
def test_pass_k_of_the_impossible_is_refused(n: int, c: int, k: int) -> None:
    with pytest.raises(ValueError, match="not defined"):
        pass_hat_k(n, c, k)


def test_words_do_not_count_against_the_state_but_errors_do() -> None:
    figures = score(
        [trial("a", "pass"), trial("b", "words_failed"), trial("c", "state_failed"), trial("d", "error")]
    )
    assert (figures.passed.value, figures.state.value, figures.passed.n) == (0.25, 0.5, 4)


def test_a_fault_of_the_customer_is_counted_apart() -> None:
    figures = score([trial("a", "pass"), trial("a", "customer_fault", repeat=1)])
    assert figures.passed.value == 1
    assert (figures.passed.n, figures.trials, figures.outcomes["customer_fault"]) == (1, 2, 1)
    assert figures.pass_k == {1: 1.0}


def test_what_was_forbidden_or_promised_counts_whatever_the_outcome() -> None:
    figures = score([trial("a", "customer_fault", forbidden=["x", "y"], promises=["tomorrow"])])
    assert (figures.forbidden, figures.promises) == (2, 1)


def test_slices_are_by_language_agent_and_tag() -> None:
    figures = score([trial("a", "pass"), trial("b", "state_failed", language="en", tags=["quote", "x"])])
    shares = {(s.by, s.value): s.passed.value for s in figures.slices}
    assert shares == {
        ("language", "en"): 0,
        ("language", "ru"): 1,
        ("agent", "sales"): 0.5,
        ("tag", "quote"): 0.5,
        ("tag", "x"): 0,
    }


def test_nothing_played_is_nothing_passed() -> None:
    figures = score([])
    assert (figures.passed.n, figures.pass_k, figures.forbidden) == (0, {}, 0)
