"""Tables by several writers come back as they were, or refused with the line; never as other rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.core.delimited import Ill, is_whole, read

Table = list[tuple[str, ...]]
HEADER = ("text", "label", "note")
PIECES = [
    '"',
    "'",
    "\\",
    "\n",
    "\r\n",
    ",",
    ";",
    "\t",
    "|",
    " ",
    "да",
    "нет",
    "a",
    "5",
    "«",
    "\u2028",
    "=",
    "\\n",
]
CELLS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
LABELS = st.sampled_from(["sales", "tech", "Жалоба"])
TABLES = st.lists(st.tuples(CELLS, LABELS, CELLS), min_size=1, max_size=6)
PLAIN_CELLS = CELLS.map(lambda cell: cell.replace("\r", "").replace("\n", "").replace("\t", " "))
BARE_TABLES = st.lists(st.tuples(PLAIN_CELLS, LABELS, PLAIN_CELLS), min_size=1, max_size=6)


def fits(names: Sequence[str]) -> int:
    return sum(name in HEADER for name in names)


def written(rows: Table, **dialect: object) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, **dialect).writerows([HEADER, *rows])  # type: ignore[arg-type]
    return out.getvalue()


def kept(text: str) -> Table | None:
    """None where the file was refused, or a row of it named."""
    try:
        sheet = read(text, fits)
    except Ill:
        return None
    if sheet.fault or not all(is_whole(cells, sheet.columns) for _, cells in sheet.rows):
        return None
    return [tuple(cells[: len(HEADER)]) for _, cells in sheet.rows]


def full(rows: Table) -> Table:
    return [row for row in rows if any(cell.strip() for cell in row)]


@settings(max_examples=250)
@given(rows=TABLES, delimiter=st.sampled_from(",;\t|"), end=st.sampled_from(["\r\n", "\n", "\r"]))
def test_what_spreadsheets_write_is_read_back(rows: Table, delimiter: str, end: str) -> None:
    """Before a lone carriage return Python's writer puts no marks around a line feed."""
    for quoting in (csv.QUOTE_ALL, *([csv.QUOTE_MINIMAL] if end != "\r" else [])):
        found = kept(written(rows, delimiter=delimiter, quoting=quoting, lineterminator=end))
        assert found in (None, full(rows))


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@settings(max_examples=100)
@given(rows=TABLES, delimiter=st.sampled_from(",;\t|"))
def test_what_databases_write_with_backslashes_is_read_back(
    rows: Table, delimiter: str, quoting: int
) -> None:
    assume(any('"' in cell for row in rows for cell in row))
    text = written(rows, delimiter=delimiter, quoting=quoting, escapechar="\\", doublequote=False)
    assert kept(text) in (None, full(rows))


@settings(max_examples=200)
@given(rows=BARE_TABLES)
def test_tabs_without_quoting_are_read_back(rows: Table) -> None:
    """But for marks around a whole cell, and a backslash before one: those are taken for quoting."""
    assume(not any('\\"' in cell for row in rows for cell in row))
    rows = [row for row in rows if not any(len(c) > 1 and c[0] == c[-1] and c[0] in "\"'" for c in row)]
    text = "".join("\t".join(row) + "\r\n" for row in [HEADER, *rows])
    assert kept(text) in (None, full(rows))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('text,label,note\n"D:\\Отчёты\\",tech,\n"да, нет",sales,\n', 
         [("D:\\Отчёты\\", "tech", ""), ("да, нет", "sales", "")]),
        ('text;label;note\n"a \\"b\\" c; d";x;\n', [('a "b" c; d', "x", "")]),
        ('text;label;note\n"D:\\new \\"b\\"; d";x;\n', [('D:\\new "b"; d', "x", "")]),
        ('text\tlabel\tnote\n"да\ttech\t\nнет "да\tsales\t\n',
         [('"да', "tech", ""), ('нет "да', "sales", "")]),
        ('sep=;\ntext;label;note\nда;tech;\n', [("да", "tech", "")]),
        ('"sep=^"\r\ntext^label^note\r\nда^tech^\r\n', [("да", "tech", "")]),
        ("'text';'label';'note'\n'да;\nнет';'it''s';''\n", [("да;\nнет", "it's", "")]),
        ('text,label,note\n"Добрый день,\nгде заказ?",tech,\n', [("Добрый день,\nгде заказ?", "tech", "")]),
        ('text\tlabel\tnote\nПапка "D:\\" и 5" экран\ttech\t\n', [('Папка "D:\\" и 5" экран', "tech", "")]),
        ('text;label;note\nДиск "D:\\" и \\"E:\\"\tда;x;\nэкран 5";y;\n',
         [('Диск "D:\\" и \\"E:\\"\tда', "x", ""), ('экран 5"', "y", "")]),
        ('text,label,note\n\\"a\\" b,x,\n"да, нет",y,\n', [('"a" b', "x", ""), ("да, нет", "y", "")]),
        ('text, label, note\n"да, ""нет""", "x", ""\nа, y, z\n', [('да, "нет"', "x", ""), ("а", "y", "z")]),
        ('\n\ntext,label,note,,\n\nда,tech,a,,\n , ,\n', [("да", "tech", "a")]),
        (f'text,label,note\n{"д" * 300_000},tech,\n', [("д" * 300_000, "tech", "")]),
    ],
)  # fmt: skip
def test_a_dialect_is_found_by_whole_rows(text: str, rows: Table) -> None:
    assert kept(text) == rows


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('text,label,note\nda,x,\n"да,x,\n"нет",y,\n', 3),
        ('text,label,note\n"да" нет,x,\n"нет",y,\n', 2),
        ('text\tlabel\tnote\nда\tx\t\n"да\tx\t\nнет"\ty\t\n', 3),
        ('text;label;note\n"да;tech;\nнет";sales;\nа;tech;\n', 2),
        ('text\tlabel\tnote\n"да\nнет"\tx\t\n"да" нет\ty\t\n', 4),
        ('text,label,note\n"a \\"b\\" c",x,\n"D:\\" и \\"E" да,y,\n', 3),
    ],
)
def test_rows_that_may_be_read_in_two_ways_are_refused_with_the_line(text: str, line: int) -> None:
    with pytest.raises(Ill, match=f"^line {line}: "):
        read(text, fits)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_are_numbered_by_the_line_they_begin_in(end: str) -> None:
    text = end.join(["sep=,", "text,label,note", f'"a{end}b",x,', "", "only two,x", "c,y,z,more", "d,x,"])
    sheet = read(text, fits)
    assert [line for line, _ in sheet.rows] == [3, 6, 7, 8]
    assert [line for line, cells in sheet.rows if not is_whole(cells, sheet.columns)] == [6, 7]
