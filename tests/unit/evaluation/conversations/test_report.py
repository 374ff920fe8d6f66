"""Figures of a run, the marks of readers beside them, and the files that people read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.evaluation.cases import SetInvalid
from app.evaluation.conversations.checks import Failure, Grade, TurnVerdict
from app.evaluation.conversations.play import JudgedTurn
from app.evaluation.conversations.readings import ReaderMark, join_marks, read_marks
from app.evaluation.conversations.report import headline, report_of, summarize
from app.evaluation.conversations.transcripts import read_run, write_run
from app.evaluation.conversations.world import PlayedAnswer

GRADES: dict[tuple[str, int], Grade] = {
    ("a", 1): "right", ("a", 2): "half", ("b", 1): "bad", ("b", 2): "right",
}  # fmt: skip


def turns() -> list[JudgedTurn]:
    return [
        JudgedTurn(
            conversation=name,
            turn=turn,
            language="ru" if name == "a" else "en",
            customer="demo_en",
            kind="messy",
            about="about",
            say="the line",
            right="what is right",
            answer=PlayedAnswer(text=f"answer {name}{turn}"),
            verdict=TurnVerdict(
                grade=grade, failures=[] if grade == "right" else [Failure(kind="article told", detail="x")]
            ),
        )
        for (name, turn), grade in GRADES.items()
    ]


def marks(**readers: str) -> list[ReaderMark]:
    """`anna="rhbr"`: first letters of the marks, turn by turn."""
    letters: dict[str, Grade] = {"r": "right", "h": "half", "b": "bad"}
    return [
        ReaderMark(conversation=name, turn=turn, reader=reader, mark=letters[letter])
        for reader, told in readers.items()
        for (name, turn), letter in zip(GRADES, told, strict=False)
    ]


def test_shares_are_counted_over_all_and_in_each_slice() -> None:
    report = report_of(turns(), "dev", "embedded")
    whole = report.slices[0].shares
    assert [whole[grade].wilson.value for grade in ("right", "half", "bad")] == [0.5, 0.25, 0.25]
    assert whole["right"].clustered.n == 4
    later = next(part for part in report.slices if part.value == "later turn")
    assert (later.conversations, later.shares["right"].wilson.value) == (2, 0.5)
    assert headline(report)["ru half"] == 0.5


def test_kinds_of_failure_have_examples() -> None:
    [count] = report_of(turns(), "dev", "embedded").failures
    assert (count.kind, count.turns, count.bad, count.share) == ("article told", 2, 1, 0.5)
    assert count.examples[0] == "a 2 (x): the line → answer a2"


def test_without_readers_the_report_says_that_it_is_the_machines() -> None:
    told = summarize(report_of(turns(), "dev", "embedded"))
    assert told.startswith("machine-checked part, dev half: 2 conversations on embedded")
    assert "Nobody has read these answers" in told


def test_two_readers_agree_so_far_and_the_worse_mark_counts() -> None:
    joined = join_marks(marks(anna="rrbb", boris="rhbr"), turns())
    assert joined.joint == [("a", 1, "right"), ("a", 2, "half"), ("b", 1, "bad"), ("b", 2, "bad")]
    [pair] = joined.agreements
    assert (pair.turns, pair.observed) == (4, 0.5)
    assert pair.kappa == pytest.approx((0.5 - 0.375) / (1 - 0.375))
    report = report_of(turns(), "dev", "embedded", joined)
    assert report.read[0].shares["bad"].wilson.value == 0.5
    assert "Cohen's kappa 0.200" in summarize(report)


def test_a_turn_that_not_every_reader_marked_is_unread() -> None:
    joined = join_marks(marks(anna="rrbb", boris="rh"), turns())
    assert (len(joined.joint), joined.unread) == (2, 2)


def test_readers_who_always_agree_on_one_mark_agree_fully() -> None:
    assert join_marks(marks(anna="rrrr", boris="rrrr"), turns()).agreements[0].kappa == 1.0


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"conversation": "a", "turn": 9}, "a has no turn 9 in this run"),
        ({"conversation": "a", "turn": 1, "answer": "ffffffff"}, "another answer was read: ffffffff"),
        ({"conversation": "a", "turn": 1, "mark": "good"}, "mark: Input should be"),
    ],
)
def test_a_mark_of_what_was_not_played_is_refused(
    row: dict[str, object], problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "marks.jsonl"
    path.write_text(json.dumps({"reader": "anna", "mark": "right", **row}), encoding="utf-8")
    with pytest.raises(SetInvalid, match=f"marks.jsonl, line 1: {problem}"):
        read_marks([path], turns())


def test_a_turn_is_marked_once_by_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "marks.jsonl"
    path.write_text("\n".join(mark.model_dump_json() for mark in marks(anna="r") * 2), encoding="utf-8")
    with pytest.raises(SetInvalid, match="line 2: anna has marked this turn before"):
        read_marks([path], turns())


def test_readers_see_no_grade_and_a_run_is_read_again(tmp_path: Path) -> None:
    write_run(report_of(turns(), "dev", "embedded"), turns(), tmp_path)
    reading = (tmp_path / "reading_ru.txt").read_text(encoding="utf-8")
    assert "A: answer a2" in reading
    assert "HALF" not in reading
    assert "article told" not in reading
    assert "HALF\n      article told: x" in (tmp_path / "graded_ru.txt").read_text(encoding="utf-8")
    assert read_run(tmp_path) == turns()
