"""Labelled files of others: read as they come, or refused in one sentence."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from app.evaluation.cases import Case, CaseTurn, read_set
from app.evaluation.importers import Imported, ImportFailed, import_rows, write_set
from tests.support.company import AGENTS

COLUMNS = {"text": "message", "label": "queue"}
LABELS = {"Support": "tech_support", "Shop": "sales"}
ROWS = [("Не грузится, ошибка 5", "Support"), ("Почём «Профи»?", "Shop"), ("Куда писать?", "Other")]


def table(path: Path, encoding: str = "utf-8", **dialect: str) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, **dialect).writerows([("message", "queue"), *ROWS])  # type: ignore[arg-type]
    return path


def texts(imported: Imported) -> list[str]:
    return [case.text for case in imported.cases]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_table_of_any_dialect_and_encoding_is_read(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = table(tmp_path / "export.csv", encoding, delimiter=delimiter)
    imported = import_rows(path, COLUMNS, LABELS)
    assert texts(imported) == [ROWS[0][0], ROWS[1][0]]
    assert [case.turns[-1].expected for case in imported.cases] == ["tech_support", "sales"]
    assert (imported.skipped, imported.problems) == ({"Other": 1}, [])


def test_single_quotes_and_line_breaks_in_cells_are_read(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("'message';'queue'\n'первая\nвторая; и ещё';'Shop'\n", encoding="utf-8")
    assert texts(import_rows(path, COLUMNS, LABELS)) == ["первая\nвторая; и ещё"]


def test_a_told_encoding_is_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes("message,queue\nпочём,Shop\n".encode("koi8-r"))
    assert texts(import_rows(path, COLUMNS, LABELS, encoding="koi8-r")) == ["почём"]


def test_all_columns_are_taken_over(tmp_path: Path) -> None:
    row = {"message": "hello there", "queue": "shop", "n": 7, "l": "en", "i": "bank", "t": ["typo", "short"]}
    path = tmp_path / "export.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    columns = {**COLUMNS, "id": "n", "lang": "l", "industry": "i", "tags": "t"}
    (case,) = import_rows(path, columns, LABELS).cases
    assert (case.id, case.lang, case.industry, case.tags) == ("7", "en", "bank", ["typo", "short"])


def test_the_language_is_told_by_the_letters_unless_given(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("message,queue\nпочём,Shop\nhow much,Shop\n", encoding="utf-8")
    assert [case.lang for case in import_rows(path, COLUMNS, LABELS).cases] == ["ru", "en"]
    assert {case.lang for case in import_rows(path, COLUMNS, LABELS, lang="kk").cases} == {"kk"}


def test_rows_that_cannot_be_used_are_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("message,queue\nодин\nпочём, скажите,Shop\n,Shop\nпочём,Shop\nПочём!,Shop\n", "utf-8")
    imported = import_rows(path, COLUMNS, LABELS)
    assert texts(imported) == ["почём"]
    assert imported.skipped == {"(blank)": 1, "(repeated)": 1}
    assert imported.problems == [
        f"export.csv, line {n}: this is not a whole row: {cells} cells for 2 columns"
        for n, cells in ((2, 1), (3, 3))
    ]


def test_a_broken_line_of_jsonl_is_named(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    path.write_text('{"message": "почём", "queue": "Shop"}\n{"message": \n[1]\n', encoding="utf-8")
    imported = import_rows(path, COLUMNS, LABELS)
    assert len(imported.cases) == 1
    assert len(imported.problems) == 2


def test_a_workbook_is_read_and_formulas_without_a_result_are_named(tmp_path: Path) -> None:
    path = tmp_path / "export.xlsx"
    rows = [
        ("почём", "Shop"),
        ('=HYPERLINK("http://x.example","click")', "Shop"),
        (None, "Shop"),
        (5, "Shop"),
    ]
    pd.DataFrame(rows, columns=["message", "queue"]).to_excel(path, index=False)
    imported = import_rows(path, COLUMNS, LABELS)
    assert texts(imported) == ["почём", "5"]
    assert imported.skipped == {"(blank)": 1}
    (problem,) = imported.problems
    assert problem.startswith("export.xlsx, line 3: message holds a formula without a result")


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "a.jsonl", "a.pdf"])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken \x00\x98", b"\x00\x01\x02\x98" * 99])
def test_a_broken_file_is_one_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ImportFailed) as caught:
        import_rows(tmp_path / name, COLUMNS, LABELS)
    assert str(caught.value).startswith(f"{name} cannot be imported: ")
    assert "\n" not in str(caught.value)


def test_a_file_of_fifty_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    with path.open("wb") as file:
        file.truncate(50 * 2**20)
    with pytest.raises(ImportFailed, match="50 MB is more than the 32 MB"):
        import_rows(path, COLUMNS, LABELS)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for name in ("nothing.csv", "folder.csv"):
        with pytest.raises(ImportFailed):
            import_rows(tmp_path / name, COLUMNS, LABELS)


def test_a_missing_column_is_named_with_those_found(tmp_path: Path) -> None:
    path = table(tmp_path / "export.csv")
    with pytest.raises(ImportFailed, match=r"no column text \(found: message, queue\)"):
        import_rows(path, {"text": "text", "label": "queue"}, LABELS)


def test_a_mapping_without_text_or_with_strange_names_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path / "export.csv")
    with pytest.raises(ImportFailed, match="no column is named for text"):
        import_rows(path, {"label": "queue"}, LABELS)
    with pytest.raises(ImportFailed, match="not colour"):
        import_rows(path, {**COLUMNS, "colour": "x"}, LABELS)


def test_what_is_written_is_read_back_the_same(tmp_path: Path) -> None:
    dialog = [
        CaseTurn(role="customer", content="не\u2028грузится\x85", expected="tech_support", event="start"),
        CaseTurn(role="agent", content="перезапустите", agent="tech_support"),
        CaseTurn(role="customer", content="верните деньги", expected="supervisor", event="escalate"),
    ]
    single = CaseTurn(
        role="customer", content="почём?", expected="sales", acceptable=["supervisor"], event="start"
    )
    cases = [Case(id="1", turns=dialog), Case(id="2", lang="en", origin="imported", turns=[single])]
    write_set(cases, tmp_path / "new" / "set.jsonl")
    assert read_set(tmp_path / "new" / "set.jsonl", AGENTS).cases == cases
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["set.jsonl"]
