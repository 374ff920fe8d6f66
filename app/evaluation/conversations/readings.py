"""Marks of people who have read the answers, how far they agree, and the joint mark."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from pydantic import BaseModel, Field

from app.evaluation.cases import SetInvalid
from app.evaluation.conversations.checks import GRADES, Grade
from app.evaluation.conversations.model import StrictLine, read_lines
from app.evaluation.conversations.play import JudgedTurn

TurnKey = tuple[str, int]


class ReaderMark(StrictLine):
    """`answer` is the id of the words that were read; where it is given it must be the answer's."""

    conversation: str
    turn: int = Field(ge=1)
    reader: str = Field(min_length=1)
    mark: Grade
    answer: str = ""


class Agreement(BaseModel):
    """Of two readers on the turns that both marked: observed agreement, and Cohen's kappa (1960)."""

    first: str
    second: str
    turns: int
    observed: float
    kappa: float


class Readings(BaseModel):
    """`joint` are (conversation, turn, mark): the worse of the marks, of turns that every reader marked."""

    readers: list[str]
    agreements: list[Agreement]
    joint: list[tuple[str, int, Grade]]
    unread: int
    with_machine: Agreement | None = None


def read_marks(paths: Iterable[Path], turns: Sequence[JudgedTurn]) -> list[ReaderMark]:
    """From a file a reader, or one of all. Raises SetInvalid for a turn that was not played, a second mark,
    or a mark of another answer."""
    played = {(turn.conversation, turn.turn): turn for turn in turns}
    marks, seen = list[ReaderMark](), set[tuple[str, int, str]]()
    numbered = ((path, *each) for path in paths for each in enumerate(read_lines(path, ReaderMark), 1))
    for path, number, mark in numbered:
        turn = played.get((mark.conversation, mark.turn))
        if turn is None:
            raise SetInvalid(path.name, number, f"{mark.conversation} has no turn {mark.turn} in this run")
        if mark.answer and mark.answer != turn.answer_id:
            raise SetInvalid(
                path.name, number, f"another answer was read: {mark.answer}, not {turn.answer_id}"
            )
        if (mark.conversation, mark.turn, mark.reader) in seen:
            raise SetInvalid(path.name, number, f"{mark.reader} has marked this turn before")
        seen.add((mark.conversation, mark.turn, mark.reader))
        marks.append(mark)
    return marks


def join_marks(marks: Iterable[ReaderMark], turns: Sequence[JudgedTurn]) -> Readings:
    by_reader: dict[str, dict[TurnKey, Grade]] = defaultdict(dict)
    for mark in marks:
        by_reader[mark.reader][mark.conversation, mark.turn] = mark.mark
    readers = sorted(by_reader)
    shared = [key for key in _keys(turns) if readers and all(key in by_reader[name] for name in readers)]
    joint = {key: max((by_reader[name][key] for name in readers), key=GRADES.index) for key in shared}
    machine = {(turn.conversation, turn.turn): turn.verdict.grade for turn in turns}
    return Readings(
        readers=readers,
        agreements=[_agreement(a, b, by_reader[a], by_reader[b]) for a, b in combinations(readers, 2)],
        joint=[(*key, mark) for key, mark in joint.items()],
        unread=len(turns) - len(joint),
        with_machine=_agreement("readers", "machine", joint, machine) if joint else None,
    )


def _keys(turns: Sequence[JudgedTurn]) -> list[TurnKey]:
    return [(turn.conversation, turn.turn) for turn in turns]


def _agreement(
    first: str, second: str, ours: Mapping[TurnKey, Grade], theirs: Mapping[TurnKey, Grade]
) -> Agreement:
    both = [key for key in ours if key in theirs]
    left, right = [ours[key] for key in both], [theirs[key] for key in both]
    same = sum(a == b for a, b in zip(left, right, strict=True))
    return Agreement(
        first=first,
        second=second,
        turns=len(both),
        observed=same / len(both) if both else 0.0,
        kappa=_kappa(left, right),
    )


def _kappa(left: list[Grade], right: list[Grade]) -> float:
    """1 where all marks are the same, though it is not defined where only one is used; 0 without any."""
    if not left or left == right:
        return float(bool(left))
    from sklearn.metrics import cohen_kappa_score  # noqa: PLC0415

    return float(cohen_kappa_score(left, right, labels=list(GRADES)))
