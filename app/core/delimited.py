"""Rows of CSV and TSV as others write them: each row as it was meant, or a fault with its line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

DELIMITERS = ",;\t|"
_HINT = re.compile(r'\ufeff?"?sep=(?P<mark>[^\r\n])"?(?:\r\n|\r|\n)', re.IGNORECASE)
_BACKSLASH = re.compile(r"\\(.?)", re.DOTALL)
_BREAK = re.compile(r"\r\n|\r|\n")

csv.field_size_limit(2**27)

Cells = list[str]
Dialect = dict[str, Any]
Fits = Callable[[Sequence[str]], int]
"""How well names of columns fit what is looked for; more is better."""


class Ill(ValueError):
    """A file that cannot be split into rows for sure; `line` counts from 1."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line


@dataclass
class DelimitedRows:
    """Rows by the line they begin in; `ragged` counts those with more or fewer cells than columns."""

    columns: Cells = field(default_factory=list)
    rows: list[tuple[int, Cells]] = field(default_factory=list)
    ragged: int = 0
    fault: Ill | None = None

    @property
    def whole(self) -> bool:
        return not self.fault and not self.ragged


def read(text: str, fits: Fits = len) -> DelimitedRows:
    """Blank rows are left out. Raises Ill."""
    text, skipped, delimiters = _hinted(text)
    first = text.lstrip("\r\n")
    quote, delimiter = max(
        ((q, d) for q in "\"'" for d in delimiters), key=lambda pair: fits(_names(first, *reversed(pair)))
    )
    header = (first.splitlines() or [""])[0]
    spaced = 0 < header.count(delimiter) == header.count(f"{delimiter} ")
    return _chosen(text, _quoted(delimiter, quote) | {"skipinitialspace": spaced}, skipped)


def is_whole(cells: Sequence[str], columns: Sequence[str]) -> bool:
    """Blank cells after the last column are no cells: spreadsheets leave them."""
    return len(cells) >= len(columns) and not any(cell.strip() for cell in cells[len(columns) :])


def _hinted(text: str) -> tuple[str, int, str]:
    """Excel's `sep=;` before the header."""
    found = _HINT.match(text)
    return (text[found.end() :], 1, found["mark"]) if found else (text, 0, DELIMITERS)


def _names(text: str, delimiter: str, quote: str) -> Cells:
    try:
        return [
            name.strip()
            for name in next(csv.reader(io.StringIO(text, newline=""), **_quoted(delimiter, quote)), [])
        ]
    except csv.Error:
        return []


def _chosen(text: str, dialect: Dialect, skipped: int) -> DelimitedRows:
    """The first reading under which all rows are whole, else one whose quotation marks are sound."""
    delimiter, quote = dialect["delimiter"], dialect["quotechar"]
    plain = _read(text, skipped, dialect)
    if quote not in text:
        return plain
    bare = _read(text, skipped, {"delimiter": delimiter, "quoting": csv.QUOTE_NONE})
    readings = [plain, *_escaped(text, dialect, skipped)]
    if not _alone(text, delimiter):
        readings.reverse()
    sound = [each for each in readings if not each.fault]
    if whole := [each for each in sound if each.whole]:
        _refuse_other_rows(whole[0], whole[-1])
        _refuse_two_meanings(whole[0], bare, delimiter)
        return whole[0]
    marked = any(_enclosed(cell, quote) for _, cells in bare.rows for cell in cells)
    if plain.fault and not sound and _opened(bare, quote):
        raise plain.fault
    if not marked and not (sound and len(sound[0].rows) >= len(bare.rows)) and (bare.whole or not sound):
        return bare
    if not sound and plain.fault:
        raise plain.fault
    return sound[0]


def _escaped(text: str, dialect: Dialect, skipped: int) -> Iterator[DelimitedRows]:
    r"""Quotation marks written as \", as databases do; a backslash that stands alone is one."""
    delimiter, quote = dialect["delimiter"], dialect["quotechar"]
    if not any(len(run) % 2 for run in re.findall(rf"(\\+){quote}", text)):
        return
    if _literal(text, delimiter, quote, skipped):
        return
    if _alone(text, delimiter):
        yield _read(text.replace(f"\\{quote}", quote * 2), skipped, dialect)
    else:
        yield _read(text, skipped, dialect | {"escapechar": "\\"})


def _literal(text: str, delimiter: str, quote: str, skipped: int) -> bool:
    r"""Whether a cell without marks around it holds a bare mark, so that its \" is no escaped one either."""
    inside = rf"{quote}(?P<inside>(?s:\\.|{quote}{quote}|[^{quote}\\])*+){quote}"
    outside = rf"(?P<outside>[^{re.escape(delimiter)}\r\n]*+)"
    cells = re.compile(rf"(?:{inside}|{outside})(?:{re.escape(delimiter)}|[\r\n]|\Z)")
    enclosed = escaped = bare = False
    both: list[int] = []
    for cell in cells.finditer(text):
        enclosed |= quote in _BACKSLASH.findall(cell["inside"] or "")
        marks = quote in _BACKSLASH.findall(cell["outside"] or "")
        alone = quote in _BACKSLASH.sub("", cell["outside"] or "")
        escaped, bare = escaped or marks, bare or alone
        if marks and alone and not both:
            both.append(len(_BREAK.findall(text, 0, cell.start())) + 1 + skipped)
    if both and enclosed:
        raise Ill(both[0], "whether its backslash is a part of the message is not sure")
    return escaped and bare and not enclosed


def _alone(text: str, delimiter: str) -> bool:
    """A backslash stands before what nobody would escape."""
    return any(after not in (delimiter, *"\\\"'") for after in _BACKSLASH.findall(text))


def _quoted(delimiter: str, quote: str) -> Dialect:
    return {"delimiter": delimiter, "quotechar": quote, "strict": True}


def _refuse_other_rows(one: DelimitedRows, other: DelimitedRows) -> None:
    for (line, _), (begins, _) in zip(one.rows, other.rows, strict=False):
        if line != begins:
            raise Ill(line - 1, "whether its backslash is a part of the message is not sure")


def _refuse_two_meanings(chosen: DelimitedRows, bare: DelimitedRows, delimiter: str) -> None:
    """Marks around several lines may also be two messages, each with one mark of its own.

    They are none where prose is cut: what follows its delimiters is blank, or the rest of a number.
    """
    if not bare.whole or len(bare.rows) == len(chosen.rows):
        return
    lines = dict(bare.rows)
    torn = [(start, at, cell) for start, cells in chosen.rows for at, cell in _torn(start, cells, lines)]
    told = {(at, cell) for _, cells in chosen.rows for at, cell in enumerate(cells)}
    repeats = any(cell and (at, cell) in told for _, at, cell in torn)
    cut = [cell for _, at, cell in torn if cell or (at, cell) not in told]
    prose = any(not cell or cell[0].isspace() or cell[0].isdigit() for cell in cut)
    if torn and (delimiter == "\t" or repeats or not prose):
        raise Ill(torn[0][0], "whether its quotation mark is a part of the message is not sure")


def _torn(start: int, cells: Cells, lines: Mapping[int, Cells]) -> Iterator[tuple[int, str]]:
    """Cells, by column, that the lines of a row would have if its quotation marks were none."""
    over = [(at, breaks) for at, cell in enumerate(cells) if (breaks := len(_BREAK.findall(cell)))]
    if not over:
        return
    last = start + sum(breaks for _, breaks in over)
    for line in range(start, last + 1):
        for at, cell in enumerate(lines.get(line, ())):
            if (line > start or at > over[0][0]) and (line < last or at < over[-1][0]):
                yield at, cell


def _opened(bare: DelimitedRows, quote: str) -> bool:
    """A row breaks off in a cell that begins with a mark: it goes on in the next line."""
    short = (cells for _, cells in bare.rows if len(cells) < len(bare.columns))
    return any(cells[-1].startswith(quote) and not _enclosed(cells[-1], quote) for cells in short)


def _enclosed(cell: str, quote: str) -> bool:
    return len(cell) > 1 and cell[0] == cell[-1] == quote


def _read(text: str, skipped: int, dialect: Dialect) -> DelimitedRows:
    sheet, line = DelimitedRows(), 0
    reader = csv.reader(io.StringIO(text, newline=""), **dialect)
    try:
        for cells in reader:
            line, start = reader.line_num, line + 1
            if any(cell.strip() for cell in cells):
                _add(sheet, start + skipped, cells)
    except csv.Error as error:
        sheet.fault = _fault(line + 1 + skipped, str(error))
    return sheet


def _add(sheet: DelimitedRows, line: int, cells: Cells) -> None:
    if not sheet.columns:
        sheet.columns = [name.strip() for name in cells]
        return
    sheet.rows.append((line, cells))
    sheet.ragged += not is_whole(cells, sheet.columns)


def _fault(line: int, said: str) -> Ill:
    ends = "unexpected end" in said
    return Ill(
        line,
        "a quotation mark is opened and never closed" if ends else "text follows a closing quotation mark",
    )
