"""A table of somebody else becomes a set of ours, after a look at what would be taken of each row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from app.core.exceptions import CallCenterError
from app.core.text import FORMULA
from app.evaluation.cases import Case
from app.evaluation.importers import BLANK, REPEATED, Importer, write_set
from app.evaluation.tables import ImportFailed, Numbered, cell_of, read_table
from app.evaluation.workbooks import WorkbookNote
from app.services.evaluation.sets import SetShelf

VALUES, SHOWN = 200, 50
_TEXT = ("text", "message", "utterance", "query", "content", "текст", "сообщение", "вопрос", "обращение")
_LABEL = ("label", "intent", "category", "class", "topic", "agent", "метка", "категория", "класс", "тема")
_OTHER = {"id": ("id",), "lang": ("lang", "language", "язык"), "tags": ("tags", "теги")}
Status = Literal["taken", "blank", "unmapped", "repeated", "problem"]


class NothingTaken(CallCenterError):
    status = 422
    code = "nothing_taken"

    def __init__(self) -> None:
        super().__init__("No row has both a text and a mapped label.")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a file holds: its columns, and which of them are likely text and label."""

    columns: list[str]
    guessed: dict[str, str]


@dataclass(frozen=True, slots=True)
class UploadRow:
    """What becomes of one row; `problem` is a sentence where `status` is problem."""

    number: int
    text: str
    theirs: str
    status: Status
    label: str | None = None
    problem: str = ""


@dataclass(slots=True)
class Preview:
    """All rows are counted, the first SHOWN taken and the first SHOWN others are in `rows`."""

    cases: list[Case] = field(default_factory=list)
    rows: list[UploadRow] = field(default_factory=list)
    counts: Counter[Status] = field(default_factory=Counter)
    formulas: int = 0
    notes: list[WorkbookNote] = field(default_factory=list)

    def add(self, view: UploadRow) -> None:
        if sum((row.status == "taken") == (view.status == "taken") for row in self.rows) < SHOWN:
            self.rows.append(view)
        self.counts[view.status] += 1
        self.formulas += bool(FORMULA.match(view.text))


def profile(path: Path) -> Profile:
    """Raises ImportFailed."""
    columns = [*dict.fromkeys(name for name in read_table(path).columns if name)]
    if len(columns) < 2:
        raise ImportFailed(path.name, "a message and its label need two columns", "columns")
    guessed = {"text": _guess(columns, _TEXT, 0), "label": _guess(columns, _LABEL, 1)}
    for ours, names in _OTHER.items():
        guessed[ours] = next((c for c in columns if c.casefold() in names), "")
    return Profile(columns, guessed)


def labels_of(path: Path, column: str) -> list[str]:
    """Different values of a column, most frequent first. Raises ImportFailed."""
    rows = read_table(path, [column]).rows
    found = Counter(cell_of(row, column) for _, row in rows if not isinstance(row, str))
    return [value for value, _ in found.most_common(VALUES) if value]


def guess_labels(theirs: Iterable[str], ours: Sequence[str]) -> dict[str, list[str]]:
    """Ours to theirs, where the names are the same but for case and blanks."""
    same = {name.replace("_", "").casefold(): name for name in ours}
    guessed: dict[str, list[str]] = {name: [] for name in ours}
    for value in theirs:
        if known := same.get(re.sub(r"[\s_-]", "", value).casefold()):
            guessed[known].append(value)
    return guessed


def preview(path: Path, columns: Mapping[str, str], labels: Mapping[str, str]) -> Preview:
    """`columns` maps ours to theirs, `labels` theirs to ours. Raises ImportFailed."""
    named = {ours: theirs for ours, theirs in columns.items() if theirs}
    table = read_table(path, [*named.values()])
    importer, seen = Importer(named, labels), Preview(cases=[], notes=table.notes)
    for numbered in table.rows:
        seen.add(_taken(importer, path.name, numbered))
    seen.cases = importer.cases
    return seen


def keep(shelf: SetShelf, name: str, cases: Sequence[Case]) -> str:
    """The key of the new set. Raises NameUnusable, NothingTaken."""
    path = shelf.room_for(name)
    if not cases:
        raise NothingTaken
    write_set(cases, path)
    return f"uploads/{name}"


def _taken(importer: Importer, name: str, numbered: Numbered) -> UploadRow:
    number, row = numbered
    cases, problems, skipped = len(importer.cases), len(importer.problems), importer.skipped.copy()
    importer.take(name, [numbered])
    cells = {} if isinstance(row, str) else row
    text, theirs = (cell_of(cells, importer.columns[ours])[:300] for ours in ("text", "label"))
    if len(importer.problems) > problems:
        return UploadRow(number, text, theirs, "problem", problem=importer.problems[-1])
    if len(importer.cases) > cases:
        return UploadRow(number, text, theirs, "taken", importer.cases[-1].turns[-1].expected)
    reason = next(iter(importer.skipped - skipped))
    return UploadRow(number, text, theirs, _status(reason))


def _status(reason: str) -> Status:
    return "blank" if reason == BLANK else "repeated" if reason == REPEATED else "unmapped"


def _guess(columns: Sequence[str], names: Sequence[str], otherwise: int) -> str:
    lowered = {column.casefold(): column for column in columns}
    exact = [lowered[name] for name in names if name in lowered]
    part = [column for name in names for low, column in lowered.items() if name in low]
    found = [*exact, *part, *columns[otherwise : otherwise + 1]]
    return found[0] if found else ""
