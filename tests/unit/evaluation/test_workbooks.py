"""Excel as Excel, accounting programs and libraries write it: every row is read, or named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.evaluation.tables import ImportFailed, SourceTable, read_table, table_of
from tests.unit.evaluation.workbooks import HEADER, STRICT, STRICT_OFFICE, sheet, text, workbook

WANTED = ["text", "label"]
STRINGS = (
    "<si><t>text</t></si><si><t>label</t></si>"
    "<si><r><t>Сколь</t></r><r><t>ко?</t></r></si><si><t>sales</t></si>"
)
BY_STRING = "".join(
    f'<row r="{r}"><c r="A{r}" t="s"><v>{v}</v></c><c r="B{r}" t="s"><v>{v + 1}</v></c></row>'
    for r, v in ((1, 0), (2, 2))
)
BOOKS = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Co"], max_codepoint=0xFFFD), max_size=12)


def read(path: Path) -> SourceTable:
    return table_of(path, WANTED, None)


def told(path: Path) -> list[object]:
    """(text, label) of each row, or the sentence on it."""
    return [row if isinstance(row, str) else (row["text"], row["label"]) for _, row in read(path).rows]


@BOOKS
@given(
    rows=st.lists(
        st.tuples(
            WORDS, st.none() | st.integers(-(10**9), 10**9) | st.booleans() | st.dates(date(1950, 1, 1))
        ),
        max_size=6,
    )
)
def test_what_libraries_write_is_read_back(tmp_path: Path, rows: list[tuple[str, object]]) -> None:
    rows = [(f"a{said}", value) for said, value in rows]  # a formula begins with =
    book = openpyxl.Workbook()
    for row in [WANTED, *rows]:
        book.worksheets[0].append(row)
    book.save(tmp_path / "one.xlsx")
    pd.DataFrame(rows, columns=WANTED, dtype=object).to_excel(tmp_path / "two.xlsx", index=False)
    shown = [
        (said, str(v).upper() if isinstance(v, bool) else "" if v is None else str(v)) for said, v in rows
    ]
    assert told(tmp_path / "one.xlsx") == shown
    assert told(tmp_path / "two.xlsx") == shown


@pytest.mark.parametrize("part", ["xl/SharedStrings.xml", "XL/SHAREDSTRINGS.XML", "xl/sharedstrings.xml"])
def test_the_case_of_a_part_does_not_matter(tmp_path: Path, part: str) -> None:
    book = workbook(tmp_path / "a.xlsx", {"s": f"<sheetData>{BY_STRING}</sheetData>"}, shared=(part, STRINGS))
    assert told(book) == [("Сколько?", "sales")]


def test_strict_workbooks_and_those_with_macros_are_read(tmp_path: Path) -> None:
    content = {"s": f"<sheetData>{BY_STRING}</sheetData>"}
    shared, strict = ("xl/sharedStrings.xml", STRINGS), (STRICT, STRICT_OFFICE)
    for name, namespaces in (("a.xlsx", strict), ("b.xlsm", strict)):
        assert told(workbook(tmp_path / name, content, shared=shared, namespaces=namespaces)) == [
            ("Сколько?", "sales")
        ]


@pytest.mark.parametrize(
    ("cells", "row"),
    [
        (text("A2", "да_x000D_\nнет _x005F_x000D_") + text("B2", "x"), ("да\r\nнет _x000D_", "x")),
        ('<c r="A2" t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>ト</t></rPh></is></c>', ("東京", "")),
        ('<c r="A2"><v>3.0</v></c><c r="B2"><v>0.5</v></c>', ("3", "0.5")),
        ('<c r="A2" s="1"><v>45000</v></c><c r="B2" t="b"><v>1</v></c>', ("2023-03-15", "TRUE")),
        ('<c r="A2" t="str"><f>B2</f><v>да</v></c><c r="B2"><f>1+1</f><v>2</v></c>', ("да", "2")),
        ('<c r="A2" t="str"><f>""</f><v></v></c>' + text("B2", "x"), ("", "x")),
        (text("A2", "да") + '<c r="B2" t="e"><v>#N/A</v></c>', "label holds the error #N/A"),
        ('<c r="A2" t="e"><f>1/0</f><v>#DIV/0!</v></c>' + text("B2", "x"), "text holds the error #DIV/0!"),
        ('<c r="A2"><f>B2&amp;"!"</f></c>' + text("B2", "x"), "text holds a formula without a result"),
        ('<c r="A2"><f>B2</f><v/></c>' + text("B2", "x"), "text holds a formula without a result"),
        (text("A2", "да") + text("B2", "x") + '<c r="C2" t="e"><v>#REF!</v></c>', ("да", "x")),
        ('<c t="inlineStr"><is><t>да</t></is></c><c t="str"><v>x</v></c>', ("да", "x")),
    ],
)  # fmt: skip
def test_every_kind_of_cell_is_read_or_named(tmp_path: Path, cells: str, row: object) -> None:
    (found,) = told(workbook(tmp_path / "a.xlsx", {"s": sheet(f'<row r="2">{cells}</row>')}))
    assert found == row if isinstance(row, tuple) else str(found).startswith(str(row))


@pytest.mark.parametrize("far", ["Z1048576", "XFD1048576", "XFD3", "A1048576"])
@pytest.mark.parametrize("said", [" ", "x"])
def test_a_stray_cell_far_away_costs_nothing(tmp_path: Path, far: str, said: str) -> None:
    number = far.lstrip("AXFDZ")
    rows = (
        f'<row r="2">{text("A2", "да")}{text("B2", "sales")}</row>',
        f'<row r="{number}">{text(far, said)}</row>',
    )
    table = read_table(workbook(tmp_path / "a.xlsx", {"s": sheet(*rows)}), WANTED)
    assert table.rows[0] == (2, {"text": "да", "label": "sales"})
    assert [line for line, _ in table.rows[1:]] == ([int(number)] if said.strip() else [])


def test_blank_rows_between_keep_the_numbers_of_the_others(tmp_path: Path) -> None:
    rows = f'<row r="40">{text("A40", "да")}{text("B40", "x")}</row>', '<row r="41"><c r="A41" s="1"/></row>'
    assert [line for line, _ in read(workbook(tmp_path / "a.xlsx", {"s": sheet(*rows)})).rows] == [40]


def test_a_merged_cell_stands_in_each_of_its_rows(tmp_path: Path) -> None:
    rows = [
        f'<row r="{n}">{text(f"A{n}", f"m{n}")}{text("B2", "sales") if n == 2 else ""}</row>'
        for n in (2, 3, 4, 5)
    ]
    merged = '<mergeCells count="1"><mergeCell ref="B2:B4"/></mergeCells>'
    found = told(workbook(tmp_path / "a.xlsx", {"s": sheet(*rows, after=merged)}))
    assert found == [("m2", "sales"), ("m3", "sales"), ("m4", "sales"), ("m5", "")]


def test_which_sheet_was_read_and_hidden_rows_are_told(tmp_path: Path) -> None:
    row = f'<row r="2" hidden="1">{text("A2", "да")}{text("B2", "x")}</row>'
    sheets = {
        "Архив": sheet(row),
        "Титул": f"<sheetData>{HEADER.replace('label', 'other')}</sheetData>",
        "Данные": sheet(row),
    }
    table = read(workbook(tmp_path / "a.xlsx", sheets, hidden=("Архив",)))
    assert [str(note) for note in table.notes] == [
        "the sheet Данные was read, and not Архив (hidden), Титул",
        "hidden rows of it were read too: 1",
    ]
    assert len(table.rows) == 1


def test_two_columns_of_one_name_are_refused_only_where_they_are_wanted(tmp_path: Path) -> None:
    cells = "".join(
        text(f"{letter}1", name)
        for letter, name in zip("ABCD", ("text", "label", "note", "note"), strict=True)
    )
    row = "".join(text(f"{letter}2", letter) for letter in "ABCD")
    book = workbook(
        tmp_path / "a.xlsx", {"s": f'<sheetData><row r="1">{cells}</row><row r="2">{row}</row></sheetData>'}
    )
    assert told(book) == [("A", "B")]
    with pytest.raises(ImportFailed, match="2 columns are named note"):
        table_of(book, ["text", "note"], None)


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        (
            "a.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "old .xls workbook, or one with a password",
        ),
        ("a.xls", b"\xd0\xcf\x11\xe0", "it is none of"),
        ("a.ods", b"PK\x03\x04", "it is none of"),
        ("a.xlsx", b"text,label\na,b\n", "not a workbook"),
        ("a.xlsx", b"PK\x03\x04broken", "not a workbook"),
    ],
)
def test_what_is_no_workbook_is_refused_in_a_sentence(
    tmp_path: Path, name: str, data: bytes, problem: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ImportFailed, match=problem):
        read_table(tmp_path / name, WANTED)


def test_a_sheet_that_would_take_all_memory_is_refused(tmp_path: Path) -> None:
    """A diagonal has as many columns as rows."""
    letters = [openpyxl.utils.get_column_letter(n) for n in range(1, 16_000)]
    rows = (f'<row r="{n}"><c r="{letter}{n}"><v>1</v></c></row>' for n, letter in enumerate(letters, 2))
    with pytest.raises(ImportFailed, match=r"more (memory|time)|its reader failed"):
        read_table(workbook(tmp_path / "a.xlsx", {"s": sheet(*rows)}), WANTED)
