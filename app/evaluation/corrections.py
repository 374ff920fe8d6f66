"""Labels that turned out to be wrong: one person corrects, another confirms, and only then they count.

A line of the file is a case of its own, with `confirmed` and a `correction` that tells who, when and why:
`call-center train --extra` takes the file as it is.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock
from pydantic import BaseModel, ValidationError

from app.core import durable, jsonlines
from app.core.exceptions import CallCenterError
from app.evaluation.cases import Case, CaseSet, CaseTurn, SetInvalid, numbered_lines

Rows = dict[str, dict[str, Any]]
_LATER = {"who", "when", "confirmed_by", "confirmed"}


class CorrectionRefused(CallCenterError):
    """`kind` is for other languages."""

    status = 422
    code = "correction_refused"

    def __init__(self, where: str, problem: str, kind: str = "") -> None:
        super().__init__(f"Correction of {where}: {problem}.")
        self.kind = kind


class Correction(BaseModel):
    """`turn` is the position in the case, `was` its label before. Counts once `confirmed_by` is there.

    With `also` the label is accepted beside the one before, instead of taking its place.
    """

    set: str
    case: str
    turn: int
    text: str
    was: str
    label: str
    why: str
    who: str
    when: datetime
    also: bool = False
    confirmed_by: str | None = None
    confirmed: datetime | None = None

    @property
    def id(self) -> str:
        return f"{self.set}/{self.case}:{self.turn}"


def correct(
    path: Path,
    cases: CaseSet,
    key: str,
    label: str,
    why: str,
    who: str,
    legal: Collection[str],
    also: bool = False,
) -> Correction:
    """`key` is a case, or `case:turn`; the last turn if none is named. Saying the same again changes nothing.

    Another label or reason takes the place of the one before, and waits for a second person again.
    Raises CorrectionRefused.
    """
    case, at = _find(cases, key)
    was, now = str(case.turns[at].expected), datetime.now(UTC)
    if not (who.strip() and why.strip()):
        raise CorrectionRefused(key, "it needs a name and a reason", "unsigned")
    if label not in legal:
        raise CorrectionRefused(key, f"{label} is not a label of the roster", "label")
    if label == was or (also and label in case.turns[at].acceptable):
        raise CorrectionRefused(key, f"{label} is its label already", "already")
    told = {"set": cases.name, "case": case.id, "turn": at, "text": case.turns[at].content, "was": was}
    new = Correction.model_validate(
        {**told, "label": label, "why": why, "who": who, "when": now, "also": also}
    )
    with _lock(path) as rows:
        if new.id in rows:
            standing = _of(rows[new.id])
            if standing.model_dump(exclude=_LATER) == new.model_dump(exclude=_LATER):
                return standing
        rows[new.id] = _row(case, new)
    return new


def confirm(path: Path, cases: CaseSet, key: str, who: str) -> Correction:
    """By somebody else than the one who corrected. Raises CorrectionRefused."""
    case, at = _find(cases, key)
    with _lock(path) as rows:
        row = rows.get(f"{cases.name}/{case.id}:{at}")
        if row is None:
            raise CorrectionRefused(key, "nobody has corrected it", "gone")
        standing = _of(row)
        if not who.strip() or who.strip().casefold() == standing.who.strip().casefold():
            raise CorrectionRefused(key, "a second person has to confirm it", "second")
        if standing.confirmed_by:
            return standing
        done = standing.model_copy(update={"confirmed_by": who, "confirmed": datetime.now(UTC)})
        rows[done.id] = {**row, "confirmed": True, "correction": done.model_dump(mode="json")}
    return done


def withdraw(path: Path, name: str) -> None:
    """Takes a correction back by its id; one that is not there is gone already. Raises CorrectionRefused."""
    if not path.exists():
        return
    with _lock(path) as rows:
        if name in rows and _of(rows[name]).confirmed_by:
            raise CorrectionRefused(name, "a second person has confirmed it", "confirmed")
        rows.pop(name, None)


def drop(path: Path, set_name: str, case: str) -> None:
    """Forget what was corrected in a case, beside lines that cannot be read too."""
    if not path.exists():
        return
    mark = _mark(set_name, case)
    with FileLock(_lock_of(path)):
        lines = path.read_text(encoding="utf-8").split("\n")
        kept = [line for line in lines if mark not in line]
        if kept != lines:
            durable.write(path, "\n".join(kept))


def drop_drafts(path: Path) -> None:
    """Remove what a crash in the middle of a write left beside the file."""
    if path.parent.exists():
        with FileLock(_lock_of(path)):
            for draft in path.parent.glob(f".{path.stem}.*.tmp"):
                draft.unlink(missing_ok=True)


def rows_of(path: Path, set_name: str, case: str) -> list[dict[str, Any]]:
    """The lines of one case as they stand; other lines are not parsed. Raises NotJson."""
    if not path.exists():
        return []
    mark = _mark(set_name, case)
    found = [line for line in path.read_text(encoding="utf-8").split("\n") if mark in line]
    return [jsonlines.loads(line) for line in found]


def read_case(path: Path, set_name: str, case: str) -> list[Correction]:
    """Those of one case. Raises SetInvalid."""
    try:
        return [_of(row) for row in rows_of(path, set_name, case)]
    except (ValidationError, ValueError, LookupError, TypeError):
        raise SetInvalid(path.name, 0, "a correction of this case cannot be read") from None


def _mark(set_name: str, case: str) -> str:
    """No text holds it: there the quotation mark is escaped."""
    return f'"{set_name}/{case}:'


def read(path: Path) -> list[Correction]:
    """Raises SetInvalid for a line that cannot be read."""
    return [_of(row) for row in _rows(path).values()]


def apply(cases: CaseSet, corrections: Iterable[Correction]) -> CaseSet:
    """A copy with the confirmed labels, where text and label still are what was corrected."""
    copy = cases.model_copy(deep=True)
    by_id = {case.id: case for case in copy.cases}
    for c in corrections:
        case = by_id.get(c.case) if c.set == cases.name and c.confirmed_by else None
        turn = case.turns[c.turn] if case and c.turn < len(case.turns) else None
        if turn and (turn.content, turn.expected) == (c.text, c.was):
            turn.expected, turn.acceptable = _answers(c, turn)
    return copy


def _answers(c: Correction, turn: CaseTurn) -> tuple[str, list[str]]:
    """What is expected and accepted from now on."""
    if c.also:
        return c.was, list(dict.fromkeys([c.was, *turn.acceptable, c.label]))
    return c.label, [c.label]


def _find(cases: CaseSet, key: str) -> tuple[Case, int]:
    by_id = {case.id: case for case in cases.cases}
    if key in by_id:
        return by_id[key], len(by_id[key].turns) - 1
    name, _, position = key.rpartition(":")
    if name not in by_id or not position.isdecimal():
        raise CorrectionRefused(key, f"{cases.name} has no such case", "case")
    if int(position) not in by_id[name].labelled:
        raise CorrectionRefused(key, "this turn has no label", "case")
    return by_id[name], int(position)


def _row(case: Case, new: Correction) -> dict[str, Any]:
    """The conversation up to this turn, and only this turn labelled."""
    copy = case.model_copy(deep=True)
    copy.id, copy.origin = new.id, "corrected"
    copy.turns = copy.turns[: new.turn + 1]
    expected, accepted = _answers(new, copy.turns[-1])
    for turn in copy.turns:
        turn.expected, turn.acceptable, turn.event = None, [], None
    copy.turns[-1].expected, copy.turns[-1].acceptable = expected, accepted
    return {
        **copy.model_dump(exclude_none=True),
        "confirmed": False,
        "correction": new.model_dump(mode="json"),
    }


def _of(row: dict[str, Any]) -> Correction:
    return Correction.model_validate(row["correction"])


@contextmanager
def _lock(path: Path) -> Iterator[Rows]:
    """The file is replaced as a whole; colleagues on one folder wait for each other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(_lock_of(path)):
        rows = _rows(path)
        before = dict(rows)
        yield rows
        if rows != before:
            durable.write(path, "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows.values()))


def _lock_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.lock")


def _rows(path: Path) -> Rows:
    found: Rows = {}
    for number, line in numbered_lines(path) if path.exists() else ():
        try:
            row = jsonlines.loads(line)
            found[_of(row).id] = row
        except (ValidationError, ValueError, LookupError, TypeError):
            raise SetInvalid(path.name, number, "this is not a correction") from None
    return found
