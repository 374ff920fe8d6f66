"""Flips of perturbed turns."""

from __future__ import annotations

from app.evaluation.report import flips
from tests.unit.evaluation.builders import prediction


def test_a_flip_is_another_answer_than_the_plain_turn_got() -> None:
    found = flips(
        [
            prediction("a"),
            prediction("b", got="supervisor"),
            prediction("a", got="tech_support", perturbation="typos"),
            prediction("b", got="supervisor", perturbation="typos"),
            prediction("a", perturbation="yo"),
        ]
    )
    assert [(f.perturbation, f.n, f.flips.value, f.accuracy.value) for f in found] == [
        ("typos", 2, 0.5, 0),
        ("yo", 1, 0, 1),
    ]


def test_a_failure_is_no_flip() -> None:
    assert flips([prediction("a"), prediction("a", got=None, perturbation="yo")]) == []
    assert flips([prediction("a", got=None), prediction("a", perturbation="yo")]) == []


def test_repeats_are_paired_with_their_own() -> None:
    found = flips(
        [
            prediction("a", repeat=0),
            prediction("a", repeat=1, got="supervisor"),
            prediction("a", repeat=1, got="supervisor", perturbation="yo"),
            prediction("a", repeat=2, perturbation="yo"),
        ]
    )
    assert [(f.n, f.flips.value) for f in found] == [(1, 0)]
