"""Parts of a run."""

from __future__ import annotations

from app.evaluation.metrics import slices
from tests.support.company import LAST_RESORT
from tests.unit.evaluation.builders import prediction


def test_a_turn_counts_in_each_of_its_tags_and_once_elsewhere() -> None:
    found = slices(
        last_resort=LAST_RESORT,
        predictions=[
            prediction("a", tags=["typo", "angry"]),
            prediction("b", got="tech_support", tags=["typo"]),
        ],
    )
    by_tag = {s.value: (s.turns, s.accuracy.value) for s in found if s.by == "tag"}
    assert by_tag == {"angry": (1, 1.0), "typo": (2, 0.5)}
    assert [(s.value, s.turns) for s in found if s.by == "lang"] == [("ru", 2)]


def test_turn_numbers_are_in_the_order_of_numbers() -> None:
    found = slices(
        last_resort=LAST_RESORT, predictions=[prediction("a", turn=nth, nth=nth) for nth in (10, 2, 1)]
    )
    assert [s.value for s in found if s.by == "nth"] == ["1", "2", "10"]


def test_failures_count_as_turns_but_not_in_accuracy() -> None:
    language = slices(last_resort=LAST_RESORT, predictions=[prediction("a"), prediction("b", got=None)])[0]
    assert (language.turns, language.accuracy.n, language.accuracy.value) == (2, 1, 1)


def test_turns_without_an_event_and_perturbed_ones_are_in_no_slice() -> None:
    found = slices(
        last_resort=LAST_RESORT,
        predictions=[prediction("a"), prediction("a", perturbation="yo", event="stay")],
    )
    assert [s for s in found if s.by == "event"] == []


def test_missed_escalations_have_their_own_interval_in_each_slice() -> None:
    found = slices(
        last_resort=LAST_RESORT,
        predictions=[
            prediction("a", "supervisor", "sales", lang="en"),
            prediction("b", "supervisor", "supervisor"),
        ],
    )
    assert {s.value: s.missed.value for s in found if s.by == "lang"} == {"en": 1, "ru": 0}


def test_no_predictions_make_no_slices() -> None:
    assert slices(last_resort=LAST_RESORT, predictions=[]) == []
