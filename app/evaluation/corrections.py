"""Labels that turned out to be wrong: one person corrects, another confirms, and only then they count.

The file is a journal of JSON lines that is only ever appended to: who said what, and when.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from app.core.exceptions import CallCenterError
from app.evaluation.cases import CaseSet, CaseTurn, SetInvalid

Act = Literal["correct", "confirm"]


class CorrectionRefused(CallCenterError):
    status = 422
    code = "correction_refused"

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"Correction of {where}: {problem}.")


class Step(BaseModel):
    """One line of the journal. `turn` is the position in the case, `was` the label it had then."""

    act: Act
    set: str
    case: str
    turn: int
    text: str
    was: str
    label: str
    why: str
    who: str
    when: datetime


class Correction(BaseModel):
    """The last one of a turn; without `confirmed_by` it does not count yet."""

    set: str
    case: str
    turn: int
    text: str
    was: str
    label: str
    why: str
    who: str
    when: datetime
    confirmed_by: str | None = None
    confirmed: datetime | None = None


def correct(journal: Path, cases: CaseSet, key: str, label: str, why: str, who: str) -> Correction:
    """`key` is a case, or `case:turn`; the last turn if none is named. Saying the same again adds nothing.

    Raises CorrectionRefused.
    """
    case, at, turn = _turn(cases, key)
    if not (who.strip() and why.strip()):
        raise CorrectionRefused(key, "it needs a name and a reason")
    said = {"set": cases.name, "case": case, "turn": at, "text": turn.content, "label": label, "why": why}
    step = Step.model_validate(
        {**said, "act": "correct", "was": turn.expected, "who": who, "when": datetime.now(UTC)}
    )
    standing = _standing(journal, cases, key)
    if standing and (standing.label, standing.was, standing.why) == (label, turn.expected, why):
        return standing
    if label == turn.expected:
        raise CorrectionRefused(key, f"{label} is its label already")
    _append(journal, step)
    return _of(step)


def confirm(journal: Path, cases: CaseSet, key: str, who: str) -> Correction:
    """By somebody else than the one who corrected. Raises CorrectionRefused."""
    standing = _standing(journal, cases, key)
    if standing is None:
        raise CorrectionRefused(key, "nobody has corrected it")
    if not who.strip() or who.strip().casefold() == standing.who.strip().casefold():
        raise CorrectionRefused(key, "a second person has to confirm it")
    if standing.confirmed_by:
        return standing
    kept = standing.model_dump(exclude={"confirmed_by", "confirmed"})
    now = datetime.now(UTC)
    _append(journal, Step.model_validate({**kept, "act": "confirm", "who": who, "when": now}))
    return standing.model_copy(update={"confirmed_by": who, "confirmed": now})


def read(journal: Path) -> list[Correction]:
    """The last of each turn. Raises SetInvalid for a line that cannot be read."""
    found: dict[tuple[str, str, int], Correction] = {}
    for step in _steps(journal):
        key = (step.set, step.case, step.turn)
        if step.act == "correct":
            found[key] = _of(step)
        elif key in found and found[key].label == step.label:
            found[key] = found[key].model_copy(update={"confirmed_by": step.who, "confirmed": step.when})
    return list(found.values())


def apply(cases: CaseSet, corrections: Iterable[Correction]) -> CaseSet:
    """A copy with the confirmed labels, where text and label still are what was corrected."""
    copy = cases.model_copy(deep=True)
    by_id = {case.id: case for case in copy.cases}
    for c in corrections:
        case = by_id.get(c.case) if c.set == cases.name and c.confirmed_by else None
        turn = case.turns[c.turn] if case and c.turn < len(case.turns) else None
        if turn and (turn.content, turn.expected) == (c.text, c.was):
            turn.expected, turn.acceptable = c.label, [c.label]
    return copy


def _turn(cases: CaseSet, key: str) -> tuple[str, int, CaseTurn]:
    by_id = {case.id: case for case in cases.cases}
    name, _, position = key.rpartition(":") if key not in by_id else (key, "", "-1")
    case = by_id.get(name)
    if case is None or not position.lstrip("-").isdecimal():
        raise CorrectionRefused(key, f"{cases.name} has no such case")
    at = len(case.turns) - 1 if position == "-1" else int(position)
    if at not in case.labelled:
        raise CorrectionRefused(key, "this turn has no label")
    return case.id, at, case.turns[at]


def _standing(journal: Path, cases: CaseSet, key: str) -> Correction | None:
    case, at, _ = _turn(cases, key)
    same = (cases.name, case, at)
    return next((c for c in read(journal) if (c.set, c.case, c.turn) == same), None)


def _of(step: Step) -> Correction:
    return Correction.model_validate(step.model_dump(exclude={"act"}))


def _steps(journal: Path) -> Iterable[Step]:
    lines = journal.read_text(encoding="utf-8").split("\n") if journal.exists() else []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield Step.model_validate_json(line)
            except ValidationError as error:
                raise SetInvalid(journal.name, number, error.errors(include_input=False)[0]["msg"]) from None


def _append(journal: Path, step: Step) -> None:
    journal.parent.mkdir(parents=True, exist_ok=True)
    with journal.open("a", encoding="utf-8", newline="\n") as file:
        file.write(step.model_dump_json() + "\n")
