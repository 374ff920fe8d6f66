"""Rows of a table somebody else made: CSV of any dialect, JSONL, Excel."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from app.core.exceptions import CallCenterError

LARGEST = 32 * 2**20
UNPACKED = 10 * LARGEST
Row = dict[str, Any]
Numbered = tuple[int, Row | None]  # None is a line that could not be read

_BROKEN = (
    OSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    SyntaxError,
    EOFError,
    zipfile.BadZipFile,
)


class ImportFailed(CallCenterError):
    """A file that cannot be imported at all; the sentence names it, `kind` is for other languages."""

    status = 422
    code = "import_failed"

    def __init__(self, where: str, problem: str, kind: str = "") -> None:
        super().__init__(f"{where} cannot be imported: {problem}.")
        self.kind = kind


def rows(path: Path, wanted: Sequence[str], encoding: str | None = None) -> Iterator[Numbered]:
    """(number, row) with `wanted` among the columns; a CSV or Excel header is row 1. Raises ImportFailed."""
    readers = {".csv": _csv, ".tsv": _csv, ".txt": _csv, ".jsonl": _jsonl, ".xlsx": _excel}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise ImportFailed(path.name, f"it is none of {', '.join(readers)}", "format")
    _fits(path)
    return reader(path, wanted, encoding)


def header(path: Path, encoding: str | None = None) -> list[str]:
    """The columns of the file; those of JSONL are the keys of all lines. Raises ImportFailed."""
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return list(dict.fromkeys(str(key) for _, row in rows(path, [], encoding) for key in row or ()))
    _fits(path)
    text, found = read_text(path, encoding), list[str]()
    for quote, delimiter in product("\"'", ",;\t|"):
        found = max(found, [name.strip() for name in _first(_reader(text, delimiter, quote, None))], key=len)
    return [name for name in found if name]


def read_text(path: Path, encoding: str | None = None) -> str:
    """UTF-16 by its mark, else UTF-8, else cp1251, unless told. Raises ImportFailed."""
    _fits(path)
    raw = path.read_bytes()
    marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for guess in [encoding] if encoding else ["utf-16"] if marked else ["utf-8-sig", "cp1251"]:
        try:
            text = raw.decode("utf-8-sig" if guess.lower() in ("utf-8", "utf8") else guess)
        except (UnicodeError, LookupError):
            continue
        if "\0" not in text:
            return text
    raise ImportFailed(path.name, f"it is not text in {encoding or 'UTF-8, UTF-16 or cp1251'}", "not_text")


def _fits(path: Path) -> None:
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


def _csv(path: Path, wanted: Sequence[str], encoding: str | None) -> Iterator[Numbered]:
    text = read_text(path, encoding)
    reader = _dialect(path, text, wanted)
    try:
        header = [name.strip() for name in next(reader)]
        for cells in reader:
            if cells:
                whole = len(cells) >= len(header) and not any(cells[len(header) :])
                yield reader.line_num, dict(zip(header, cells, strict=False)) if whole else None
    except csv.Error as error:
        raise ImportFailed(path.name, f"line {reader.line_num}: {error}", "csv") from error


def _dialect(path: Path, text: str, wanted: Sequence[str]) -> Any:
    """A reader with the delimiter and quote under which the header holds the wanted columns."""
    escape = "\\" if '\\"' in text else None
    header: list[str] = []
    for quote, delimiter in product("\"'", ",;\t|"):
        found = [name.strip() for name in _first(_reader(text, delimiter, quote, escape))]
        if set(wanted) <= set(found):
            return _reader(text, delimiter, quote, escape)
        header = max(header, found, key=len)
    raise _no_column(path, wanted, header)


def _reader(text: str, delimiter: str, quote: str, escape: str | None) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote, escapechar=escape)


def _first(reader: Iterator[list[str]]) -> list[str]:
    try:
        return next(reader, [])
    except csv.Error:
        return []


def _jsonl(path: Path, wanted: Sequence[str], encoding: str | None) -> Iterator[Numbered]:
    known: set[str] = set()
    for number, line in enumerate(read_text(path, encoding).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        known |= set(row) if isinstance(row, dict) else set()
        yield number, row if isinstance(row, dict) else None
    if not set(wanted) <= known:
        raise _no_column(path, wanted, sorted(known))


def _excel(path: Path, wanted: Sequence[str], encoding: str | None) -> Iterator[Numbered]:  # noqa: ARG001
    """The first sheet. A formula is its text, never computed."""
    try:
        import pandas  # noqa: PLC0415

        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > UNPACKED:
                raise ImportFailed(path.name, "it unpacks to too much", "unpacks")
        with path.open("rb") as file:
            table = pandas.read_excel(
                file, dtype=str, na_filter=False, engine="openpyxl", engine_kwargs={"data_only": False}
            )
    except ImportError as error:
        raise ImportFailed(
            path.name, "Excel needs pip install 'call-center-agents[eval]'", "library"
        ) from error
    except _BROKEN as error:
        raise ImportFailed(path.name, "it is not a workbook that can be read", "workbook") from error
    table.columns = [str(name).strip() for name in table.columns]
    if not set(wanted) <= set(table.columns):
        raise _no_column(path, wanted, list(table.columns))
    for number, row in enumerate(table.to_dict(orient="records"), 2):
        yield number, {str(name): cell for name, cell in row.items()}


def _no_column(path: Path, wanted: Sequence[str], found: Sequence[str]) -> ImportFailed:
    missing = ", ".join(name for name in wanted if name not in found)
    seen = ", ".join(name[:40] for name in found[:20])
    return ImportFailed(path.name, f"it has no column {missing} (found: {seen or 'none'})", "column")
