"""Rows of a table somebody else made: CSV of any dialect, JSON, Excel. Read in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.core import delimited, jsonlines
from app.core.encodings import Undecodable, decoded
from app.core.exceptions import CallCenterError
from app.core.isolation import IsolationFailed, Limits, isolated
from app.evaluation.workbooks import WorkbookNote, WorkbookUnreadable, sheets

LARGEST = 32 * 2**20
SECONDS, SECONDS_PER_MB = 10, 8  # of one core
MEMORY, MEMORY_PER_BYTE = 2**30, 40
Row = dict[str, Any]
Numbered = tuple[int, Row | str]
"""A row by its line, or why it could not be read."""


class ImportFailed(CallCenterError):
    """A file that cannot be imported at all; the sentence names it, `kind` is for other languages."""

    status = 422
    code = "import_failed"

    def __init__(self, where: str, problem: str, kind: str = "", line: int = 0) -> None:
        super().__init__(f"{where} cannot be imported: {problem}.")
        self.kind, self.line = kind, line


@dataclass(frozen=True)
class SourceTable:
    """A header is line 1. `notes` tell what was read of a workbook, and what was not."""

    columns: list[str]
    rows: list[Numbered]
    notes: list[WorkbookNote] = field(default_factory=list)


def read_table(path: Path, wanted: Sequence[str] = (), encoding: str | None = None) -> SourceTable:
    """With `wanted` among the columns. Raises ImportFailed and IsolationBusy."""
    if path.suffix.lower() not in READERS:
        raise ImportFailed(path.name, f"it is none of {', '.join(READERS)}", "format")
    size = _fitting(path)
    limits = Limits(SECONDS + SECONDS_PER_MB * size // 2**20, MEMORY + MEMORY_PER_BYTE * size)
    try:
        return isolated(table_of, path, wanted, encoding, limits=limits)
    except IsolationFailed as error:
        problem = {
            "time": "it takes longer to read than a file of its size may",
            "memory": "it takes more memory to read than a file of its size may",
            "crash": "its reader failed; save it anew, or as CSV",
        }[error.exceeded]
        raise ImportFailed(path.name, problem, "costly") from error


def table_of(path: Path, wanted: Sequence[str], encoding: str | None) -> SourceTable:
    """In this process, whatever it costs. Raises ImportFailed."""
    try:
        table = READERS[path.suffix.lower()](path, wanted, encoding)
    except Undecodable as error:
        hint = "; name it with --encoding, or save the file as UTF-8" if error.kind == "encoding" else ""
        raise ImportFailed(path.name, f"{error}{hint}", error.kind) from None
    except delimited.Ill as error:
        raise ImportFailed(path.name, str(error), "csv", error.line) from None
    except WorkbookUnreadable as error:
        raise ImportFailed(path.name, str(error), error.kind) from None
    except OSError as error:
        raise ImportFailed(path.name, error.strerror or "it cannot be opened") from error
    _hold(path, wanted, table.columns)
    return table


def cell_of(row: Row, column: str) -> str:
    """Without blanks around it; empty where there is none."""
    value = row.get(column)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value).strip()


def _fitting(path: Path) -> int:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise ImportFailed(path.name, error.strerror or "it cannot be opened") from error
    if size > LARGEST:
        raise ImportFailed(
            path.name, f"{size / 2**20:.0f} MB is more than the {LARGEST >> 20} MB that are read", "large"
        )
    if not path.is_file() or not size:
        raise ImportFailed(path.name, "it is empty" if path.is_file() else "it is not a file", "empty")
    return size


def _hold(path: Path, wanted: Sequence[str], found: Sequence[str]) -> None:
    """Every wanted column is there, and once."""
    missing = ", ".join(name for name in wanted if name not in found)
    if missing:
        seen = ", ".join(name[:40] for name in found[:20])
        raise ImportFailed(path.name, f"it has no column {missing} (found: {seen or 'none'})", "column")
    if twice := [name for name in wanted if found.count(name) > 1]:
        raise ImportFailed(path.name, f"{found.count(twice[0])} columns are named {twice[0]}", "twice")


def _csv(path: Path, wanted: Sequence[str], encoding: str | None) -> SourceTable:
    sheet = delimited.read(decoded(path.read_bytes(), encoding), _fits(wanted))
    return SourceTable(sheet.columns, [(line, _row(sheet.columns, cells)) for line, cells in sheet.rows])


def _fits(wanted: Sequence[str]) -> Callable[[Sequence[str]], int]:
    """By the wanted columns, else by how many there are."""
    return lambda names: 1_000 * sum(name in names for name in wanted) + min(len(names), 999)


def _row(columns: Sequence[str], cells: Sequence[str]) -> Row | str:
    if delimited.is_whole(cells, columns):
        return dict(zip(columns, cells, strict=False))
    return f"this is not a whole row: {len(cells)} cells for {len(columns)} columns"


def _json(path: Path, wanted: Sequence[str], encoding: str | None) -> SourceTable:  # noqa: ARG001
    rows = [(line, _object(value)) for line, value in jsonlines.values(decoded(path.read_bytes(), encoding))]
    return SourceTable(
        list(dict.fromkeys(key for _, row in rows if isinstance(row, dict) for key in row)), rows
    )


def _object(value: object) -> Row | str:
    if isinstance(value, dict):
        return value
    return str(value) if isinstance(value, jsonlines.NotJson) else "this is not an object with keys"


def _excel(path: Path, wanted: Sequence[str], encoding: str | None) -> SourceTable:  # noqa: ARG001
    """The first visible sheet with the wanted columns, else the first that is not blank."""
    found = sheets(path, wanted)
    read = next((each for each in found if set(wanted) <= set(each.columns)), None)
    read = read or next(iter(found))
    return SourceTable(read.columns, [*read.rows], [*read.notes])


READERS: dict[str, Callable[[Path, Sequence[str], str | None], SourceTable]] = {
    ".csv": _csv, ".tsv": _csv, ".txt": _csv,
    ".jsonl": _json, ".json": _json,
    ".xlsx": _excel, ".xlsm": _excel,
}  # fmt: skip
