"""Correcting labels together."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engines.routing.training.lines import read_lines
from app.evaluation import corrections
from app.evaluation.cases import Case, CaseSet, CaseTurn, SetInvalid, read_set
from app.evaluation.corrections import Correction, CorrectionRefused

LEGAL = ("tech_support", "sales", "supervisor")
TURNS = [
    CaseTurn(role="customer", content="it is broken", expected="tech_support", event="start"),
    CaseTurn(role="agent", content="try again"),
    CaseTurn(role="customer", content="I want my money", expected="tech_support", event="stay"),
]
SET = CaseSet(name="some", cases=[Case(id="c1", lang="en", turns=TURNS)])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "storage" / "corrections.jsonl"


def correct(
    path: Path, key: str = "c1", label: str = "supervisor", why: str = "refund", who: str = "Anna"
) -> Correction:
    return corrections.correct(path, SET, key, label, why, who, LEGAL)


def test_a_correction_counts_once_a_second_person_confirmed_it(path: Path) -> None:
    correct(path)
    assert corrections.apply(SET, corrections.read(path)) == SET
    corrections.confirm(path, SET, "c1", "Boris")
    changed = corrections.apply(SET, corrections.read(path)).cases[0]
    assert changed.turns[2].acceptable == ["supervisor"]
    assert changed.turns[0] == TURNS[0]


@pytest.mark.parametrize("who", ["Anna", " anna ", ""])
def test_nobody_confirms_alone(path: Path, who: str) -> None:
    correct(path)
    with pytest.raises(CorrectionRefused, match="second person"):
        corrections.confirm(path, SET, "c1", who)


def test_what_nobody_corrected_cannot_be_confirmed(path: Path) -> None:
    with pytest.raises(CorrectionRefused, match="nobody has corrected"):
        corrections.confirm(path, SET, "c1", "Boris")


def test_saying_the_same_again_changes_nothing(path: Path) -> None:
    correct(path)
    corrections.confirm(path, SET, "c1", "Boris")
    before = path.read_bytes()
    correct(path)
    corrections.confirm(path, SET, "c1", "Clara")
    assert path.read_bytes() == before


def test_another_label_waits_for_a_second_person_again(path: Path) -> None:
    correct(path)
    corrections.confirm(path, SET, "c1", "Boris")
    correct(path, label="sales")
    [found] = corrections.read(path)
    assert (found.label, found.confirmed_by) == ("sales", None)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"key": "c9"}, "no such case"),
        ({"key": "c1:1"}, "has no label"),
        ({"key": "c1:x"}, "no such case"),
        ({"label": "nobody"}, "not a label"),
        ({"label": "tech_support"}, "already"),
        ({"why": " "}, "a reason"),
        ({"who": ""}, "a name"),
    ],
)
def test_what_makes_no_sense_is_refused(path: Path, given: dict[str, str], problem: str) -> None:
    with pytest.raises(CorrectionRefused, match=problem):
        correct(path, **given)
    assert not path.exists()


def test_a_correction_of_a_text_that_changed_since_is_left_alone(path: Path) -> None:
    correct(path)
    corrections.confirm(path, SET, "c1", "Boris")
    edited = SET.model_copy(deep=True)
    edited.cases[0].turns[2].content = "I want my money back"
    assert corrections.apply(edited, corrections.read(path)) == edited


def test_training_reads_the_confirmed_ones_only(path: Path) -> None:
    correct(path, "c1:0", "sales")
    correct(path)
    corrections.confirm(path, SET, "c1", "Boris")
    [case] = read_set(path, LEGAL, corrections=True).cases
    assert case.id == "some/c1:2"
    assert [turn.expected for turn in case.turns] == [None, None, "supervisor"]


def test_a_damaged_line_is_named(path: Path) -> None:
    correct(path)
    path.write_text(path.read_text("utf-8") + "{}\n", encoding="utf-8")
    with pytest.raises(SetInvalid, match=r"corrections\.jsonl, line 2"):
        corrections.read(path)


def test_line_ends_of_other_alphabets_inside_a_message_end_no_line(path: Path) -> None:
    """Both who confirm and who train read the file again."""
    text = "it is\u2028broken\x85now"
    turn = CaseTurn(role="customer", content=text, expected="tech_support", event="start")
    odd = CaseSet(name="some", cases=[Case(id="c1", turns=[turn])])
    corrections.correct(path, odd, "c1", "sales", "an order", "Anna", LEGAL)
    corrections.confirm(path, odd, "c1", "Boris")
    assert [case.text for case in read_set(path, LEGAL, corrections=True).cases] == [text]
    assert [line.text for line in read_lines(path.parent)] == [text]
