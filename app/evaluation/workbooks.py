"""Sheets of an Excel workbook, read by calamine from a packed copy.

calamine lays a sheet out as a rectangle up to its farthest cell, and gives nothing for errors and for
formulas without a result. Packed, a sheet has no blank rows or columns, and such cells are spelled out.
Each row begins with its number and whether it is hidden.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal
from xml.etree.ElementTree import Element, ParseError, iterparse, tostring
from xml.sax.saxutils import escape, quoteattr

UNPACKED = 320 * 2**20
NOTES = {
    "sheet": "the sheet {name} was read, and not {others}",
    "hidden": "hidden rows of it were read too: {count}",
}
FAULT = "\ue000"  # begins what stands in place of a value that is none
_OLE = b"\xd0\xcf\x11\xe0"
_HEAD = 4_096
_SHEET = re.compile(rb"<(?:\w+:)?worksheet[\s>]")
_MERGED = re.compile(rb"mergeCell\s[^>]*ref=[\"']([A-Z]+)(\d+):[A-Z]+(\d+)[\"']")
_REF = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_LETTER = ord("A") - 1

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

Cells = dict[int, str]
"""XML of cells by column, from 1."""
Row = tuple[int, bool, Cells]


class WorkbookUnreadable(ValueError):
    """No full stop ends the sentence; `kind` is for other languages."""

    def __init__(self, problem: str, kind: str = "workbook") -> None:
        super().__init__(problem)
        self.kind = kind


@dataclass(frozen=True)
class WorkbookNote:
    """What a reader should know of a workbook; `kind` is for other languages."""

    kind: Literal["sheet", "hidden"]
    told: dict[str, str]

    def __str__(self) -> str:
        return NOTES[self.kind].format(**self.told)


@dataclass(frozen=True)
class Sheet:
    """Rows by their number in the workbook; a row that could not be read is the sentence why."""

    columns: list[str]
    rows: list[tuple[int, dict[str, Any] | str]]
    notes: list[WorkbookNote]


def sheets(path: Path, wanted: Sequence[str]) -> list[Sheet]:
    """The visible sheets with something in them, at least one. Raises WorkbookUnreadable.

    A row is not read where a `wanted` cell holds an error, or a formula whose result is not kept.
    """
    try:
        from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum, load_workbook  # noqa: PLC0415
    except ImportError as error:
        raise WorkbookUnreadable("Excel needs pip install 'call-center-agents[eval]'", "library") from error
    packed = _repack(path)
    try:
        book = load_workbook(packed)
        listed = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
        shown = [each.name for each in listed if each.visible == SheetVisibleEnum.Visible]
        laid = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in shown}
    except CalamineError as error:
        raise WorkbookUnreadable(f"it is not a workbook that can be read ({error})") from error
    found = {name: rows for name, rows in laid.items() if rows}
    if not found:
        raise WorkbookUnreadable("no visible sheet has anything in it", "empty")
    every = {each.name: each.name if each.name in shown else f"{each.name} (hidden)" for each in listed}
    return [_sheet(name, rows, every, wanted) for name, rows in found.items()]


def _sheet(name: str, laid: list[list[Any]], every: dict[str, str], wanted: Sequence[str]) -> Sheet:
    rows = [(int(row[0]), bool(row[1]), [_cell_text(cell) for cell in row[2:]]) for row in laid]
    rows = [row for row in rows if any(cell.strip() for cell in row[2])]
    notes = []
    if others := [told for other, told in every.items() if other != name]:
        notes.append(WorkbookNote("sheet", {"name": name, "others": ", ".join(others)}))
    if hidden := sum(is_hidden for _, is_hidden, _ in rows[1:]):
        notes.append(WorkbookNote("hidden", {"count": str(hidden)}))
    columns = [cell.strip() for cell in rows[0][2]] if rows else []
    return Sheet(columns, [(number, _row(columns, cells, wanted)) for number, _, cells in rows[1:]], notes)


def _row(columns: list[str], cells: list[str], wanted: Sequence[str]) -> dict[str, Any] | str:
    row = {name: cell for name, cell in zip(columns, cells, strict=True) if name}
    fault = next((name for name in wanted if row.get(name, "").startswith(FAULT)), None)
    return f"{fault} holds {row[fault].removeprefix(FAULT)}" if fault else row


def _cell_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | float | int | date | time | timedelta) else ""


def _repack(path: Path) -> io.BytesIO:
    """Raises WorkbookUnreadable."""
    with path.open("rb") as file:
        if file.read(4) == _OLE:
            problem = "it is an old .xls workbook, or one with a password; save it as .xlsx without one"
            raise WorkbookUnreadable(problem, "old")
    made = io.BytesIO()
    try:
        with zipfile.ZipFile(path) as given, zipfile.ZipFile(made, "w") as taken:
            if sum(part.file_size for part in given.infolist()) > UNPACKED:
                raise WorkbookUnreadable("it unpacks to too much", "unpacks")
            for part in given.infolist():
                data = given.read(part)
                taken.writestr(part.filename, _pack(data) if _SHEET.search(data[:_HEAD]) else data)
    except (zipfile.BadZipFile, ParseError, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        if isinstance(error, WorkbookUnreadable):
            raise
        raise WorkbookUnreadable("it is not a workbook that can be read") from error
    made.seek(0)
    return made


def _pack(data: bytes) -> str:
    if b"<!DOCTYPE" in data[:_HEAD]:
        raise WorkbookUnreadable("it is not a workbook that can be read")
    places: dict[int, str] = {}
    rows: list[str] = []
    for number, hidden, cells in _fill_merged(_rows(data), _MERGED.findall(data)):
        at = len(rows) + 1
        inside = [f'<c r="A{at}"><v>{number}</v></c><c r="B{at}"><v>{hidden:d}</v></c>']
        for column, cell in cells.items():
            place = places.get(column) or places.setdefault(column, _letters(len(places) + 3))
            inside.append(f'<c r="{place}{at}"{cell}')
        rows.append(f'<row r="{at}">{"".join(inside)}</row>')
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'


def _rows(data: bytes) -> Iterator[Row]:
    """Rows with something in them: number, whether hidden, cells."""
    number, parent = 0, None
    for event, element in iterparse(io.BytesIO(data), ("start", "end")):
        kind = element.tag.rpartition("}")[2]
        if event == "start":
            parent = element if kind == "sheetData" else parent
        elif kind == "row" and parent is not None:
            number = int(element.get("r") or number + 1)
            if cells := _cells(element):
                yield number, element.get("hidden") in ("1", "true"), cells
            parent.clear()


def _cells(row: Element) -> Cells:
    for element in row.iter():
        element.tag = element.tag.rpartition("}")[2]
    found: Cells = {}
    column = 0
    for cell in row.findall("c"):
        known = _REF.match(cell.get("r", ""))
        column = _column(known[1]) if known else column + 1
        if written := _cell(cell):
            found[column] = written
    return found


def _cell(cell: Element) -> str:
    """All but its place; nothing for a blank one."""
    kind, formula, value, inside = cell.get("t"), cell.find("f"), cell.find("v"), cell.find("is")
    text = (value.text or "") if value is not None else ""
    if kind == "e":
        return _fault(f"the error {text}")
    if formula is not None and not text and (value is None or kind != "str"):
        return _fault("a formula without a result; open the workbook in Excel and save it")
    body = f"<v>{escape(text)}</v>" if text else tostring(inside, "unicode") if inside is not None else ""
    named = "".join(f" {name}={quoteattr(told)}" for name in "ts" if (told := cell.get(name)))
    return f"{named}>{body}</c>" if body else ""


def _fault(problem: str) -> str:
    return f' t="str"><v>{FAULT}{escape(problem)}</v></c>'


def _fill_merged(rows: Iterable[Row], merged: Sequence[tuple[bytes, bytes, bytes]]) -> Iterator[Row]:
    """What is merged over several rows stands in each of them."""
    last = {(_column(column.decode()), int(top)): int(bottom) for column, top, bottom in merged}
    held: dict[int, tuple[int, str]] = {}
    for number, hidden, cells in rows:
        held = {column: kept for column, kept in held.items() if kept[0] >= number}
        cells = {**{column: cell for column, (_, cell) in held.items()}, **cells} if held else cells
        for column, cell in cells.items() if last else ():
            if (bottom := last.get((column, number), 0)) > number:
                held[column] = (bottom, cell)
        yield number, hidden, cells


@cache
def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - _LETTER
    return number


def _letters(number: int) -> str:
    before, letter = divmod(number - 1, 26)
    return (_letters(before) if before else "") + chr(letter + 1 + _LETTER)
