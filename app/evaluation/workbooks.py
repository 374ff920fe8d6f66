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
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any, Literal
from xml.etree.ElementTree import Element, ParseError, SubElement, iterparse, tostring

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

Cells = dict[str, Element]


class WorkbookUnreadable(ValueError):
    """No full stop ends the sentence; `kind` is for other languages."""

    def __init__(self, problem: str, kind: str = "workbook") -> None:
        super().__init__(problem)
        self.kind = kind


@dataclass(frozen=True)
class Note:
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
    notes: list[Note]


def sheets(path: Path, wanted: Sequence[str]) -> list[Sheet]:
    """The visible sheets with something in them, at least one. Raises WorkbookUnreadable.

    A row is not read where a `wanted` cell holds an error, or a formula whose result is not kept.
    """
    try:
        from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum, load_workbook  # noqa: PLC0415
    except ImportError as error:
        raise WorkbookUnreadable("Excel needs pip install 'call-center-agents[eval]'", "library") from error
    packed = _packed(path)
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
    rows = [(int(row[0]), bool(row[1]), [_told(cell) for cell in row[2:]]) for row in laid]
    rows = [row for row in rows if any(cell.strip() for cell in row[2])]
    notes = []
    if others := [told for other, told in every.items() if other != name]:
        notes.append(Note("sheet", {"name": name, "others": ", ".join(others)}))
    if hidden := sum(is_hidden for _, is_hidden, _ in rows[1:]):
        notes.append(Note("hidden", {"count": str(hidden)}))
    columns = [cell.strip() for cell in rows[0][2]] if rows else []
    return Sheet(columns, [(number, _row(columns, cells, wanted)) for number, _, cells in rows[1:]], notes)


def _row(columns: list[str], cells: list[str], wanted: Sequence[str]) -> dict[str, Any] | str:
    row = {name: cell for name, cell in zip(columns, cells, strict=True) if name}
    fault = next((name for name in wanted if row.get(name, "").startswith(FAULT)), None)
    return f"{fault} holds {row[fault].removeprefix(FAULT)}" if fault else row


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | float | int | date | time | timedelta) else ""


def _packed(path: Path) -> io.BytesIO:
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


def _pack(data: bytes) -> bytes:
    if b"<!DOCTYPE" in data[:_HEAD]:
        raise WorkbookUnreadable("it is not a workbook that can be read")
    root = Element("worksheet", xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main")
    table = SubElement(root, "sheetData")
    places: dict[str, int] = {}
    for number, row, cells in _filled(_rows(data), _MERGED.findall(data)):
        at = str(len(table) + 1)
        made = SubElement(table, "row", r=at)
        for name, value in (("A", number), ("B", int(row.get("hidden") in ("1", "true")))):
            SubElement(SubElement(made, "c", r=name + at), "v").text = str(value)
        for place, cell in cells.items():
            cell.set("r", _letters(places.setdefault(place, len(places) + 3)) + at)
            made.append(cell)
    return tostring(root)


def _rows(data: bytes) -> Iterator[tuple[int, Element, Cells]]:
    """Rows with something in them, and their cells by the letters of the column."""
    number, parent = 0, None
    for event, element in iterparse(io.BytesIO(data), ("start", "end")):
        kind = element.tag.rpartition("}")[2]
        if event == "start":
            parent = element if kind == "sheetData" else parent
        elif kind == "row" and parent is not None:
            number = int(element.get("r") or number + 1)
            if cells := _cells(element):
                yield number, element, cells
            parent.clear()


def _cells(row: Element) -> Cells:
    for element in row.iter():
        element.tag = element.tag.rpartition("}")[2]
    found: Cells = {}
    column = 0
    for cell in row.findall("c"):
        known = _REF.match(cell.get("r", ""))
        column = _column(known[1]) if known else column + 1
        if _spelled_out(cell):
            found[_letters(column)] = cell
    return found


def _spelled_out(cell: Element) -> bool:
    """False for a blank cell."""
    formula, value = cell.find("f"), cell.find("v")
    text = (value.text or "") if value is not None else ""
    if cell.get("t") == "e":
        _say(cell, f"the error {text}")
    elif formula is not None and not text and (value is None or cell.get("t") != "str"):
        _say(cell, "a formula without a result; open the workbook in Excel and save it")
    elif not text:
        return cell.get("t") == "inlineStr"
    return True


def _say(cell: Element, problem: str) -> None:
    for child in list(cell):
        cell.remove(child)
    cell.set("t", "str")
    SubElement(cell, "v").text = FAULT + problem


def _filled(
    rows: Iterable[tuple[int, Element, Cells]], merged: Sequence[tuple[bytes, bytes, bytes]]
) -> Iterator[tuple[int, Element, Cells]]:
    """What is merged over several rows stands in each of them."""
    last = {(column.decode(), int(top)): int(bottom) for column, top, bottom in merged}
    held: dict[str, tuple[int, Element]] = {}
    for number, row, cells in rows:
        held = {column: kept for column, kept in held.items() if kept[0] >= number}
        cells = {**{column: deepcopy(cell) for column, (_, cell) in held.items()}, **cells}
        for column, cell in cells.items():
            if (bottom := last.get((column, number), 0)) > number:
                held[column] = (bottom, cell)
        yield number, row, cells


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - _LETTER
    return number


def _letters(number: int) -> str:
    before, letter = divmod(number - 1, 26)
    return (_letters(before) if before else "") + chr(letter + 1 + _LETTER)
