"""Two labellings: how well they agree, and what disputed lines become."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.evaluation.agreement import Dispute, kappa, merge, read_second
from app.evaluation.cases import Case, CaseTurn, SetInvalid

LABELS = ("tech_support", "sales", "supervisor")


def message(name: str, label: str) -> Case:
    return Case(id=name, turns=[CaseTurn(role="customer", content=name, expected=label, event="start")])


def dialog() -> Case:
    turns = [
        CaseTurn(role="customer", content="не грузится", expected="tech_support"),
        CaseTurn(role="agent", content="перезапустите"),
        CaseTurn(role="customer", content="третий раз!", expected="tech_support"),
    ]
    return Case(id="d", turns=turns)


def test_kappa_of_a_textbook_table() -> None:
    """20 both yes, 15 both no, 5 and 10 mixed: observed 0.7, by chance 0.5, so 0.4."""
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert kappa(first, second) == pytest.approx(0.4)


def test_kappa_of_one_label_or_of_nothing_is_a_number() -> None:
    assert kappa(["a", "a"], ["a", "a"]) == 1
    assert kappa([], []) == 0


def test_labellings_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="equally long"):
        kappa(["a"], [])


def test_a_dispute_accepts_both_labels_and_is_tagged() -> None:
    cases = [message("a", "sales"), message("b", "tech_support"), message("c", "sales")]
    merged, report = merge(cases, {"a": "supervisor", "b": "tech_support", "z": "sales"})
    assert (merged[0].turns[0].acceptable, merged[0].tags) == (["sales", "supervisor"], ["disputed"])
    assert merged[0].turns[0].expected == "sales"
    assert merged[1:] == cases[1:]
    assert (report.compared, report.agreed, report.alone, report.strange) == (2, 1, 1, ["z"])
    assert report.disputes == [Dispute(case="a", turn=0, first="sales", second="supervisor")]


def test_the_cases_given_are_left_as_they_were() -> None:
    cases = [message("a", "sales")]
    merge(cases, {"a": "supervisor"})
    assert cases == [message("a", "sales")]


def test_merging_twice_changes_nothing_more() -> None:
    second = {"a": "supervisor"}
    once, first = merge([message("a", "sales")], second)
    twice, again = merge(once, second)
    assert (twice, again) == (once, first)


def test_turns_of_a_dialog_are_named_by_position_and_a_bare_id_is_the_last() -> None:
    (by_position,), _ = merge([dialog()], {"d#0": "sales"})
    assert by_position.turns[0].acceptable == ["tech_support", "sales"]
    (bare,), report = merge([dialog()], {"d": "supervisor"})
    assert bare.turns[2].acceptable == ["tech_support", "supervisor"]
    assert report.alone == 1


def test_second_labels_are_read_strictly(tmp_path: Path) -> None:
    path = tmp_path / "second.tsv"
    path.write_text("a\tsales\n\nb\t supervisor \n", encoding="utf-8")
    assert read_second(path, LABELS) == {"a": "sales", "b": "supervisor"}
    for content, problem in {
        "a\tsalse": "unknown label salse",
        "a": "none",
        "a\tsales\na\tsales": "twice",
    }.items():
        path.write_text(content, encoding="utf-8")
        with pytest.raises(SetInvalid, match=problem):
            read_second(path, LABELS)
