"""A table of somebody else: what is taken of each row, and what is refused with a sentence."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.core.exceptions import CallCenterError
from app.evaluation.exports import to_csv
from app.evaluation.tables import ImportFailed
from app.services.evaluation.sets import NameUnusable
from app.services.evaluation.uploads import (
    NothingTaken,
    guess_labels,
    keep,
    labels_of,
    preview,
    profile,
)
from app.ui.words import words
from tests.unit.evaluation.builders import prediction
from tests.unit.services.evaluation.desks import LABELS, desk

TABLE = (
    'message;kind\n"=HYPERLINK(""http://evil"")";Sales\n<b>hi</b>;Tech Support\n;Sales\nonce;Sales\n'
    "once;Sales\nother;Gossip\nrefund;Billing\n"
)
MEANS = {"Sales": "sales", "Tech Support": "tech_support", "Billing": "supervisor"}
KINDS = words("ru", "evaluation")["kinds"]
COLUMNS = {"text": "message", "label": "kind"}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_columns_and_labels_are_guessed(table: Path) -> None:
    found = profile(table)
    assert found.columns == ["message", "kind"]
    assert (found.guessed["text"], found.guessed["label"]) == ("message", "kind")
    theirs = labels_of(table, "kind")
    assert theirs[0] == "Sales"
    assert guess_labels(theirs, LABELS) == {
        "tech_support": ["Tech Support"],
        "sales": ["Sales"],
        "supervisor": [],
    }


def test_each_row_says_what_becomes_of_it(table: Path) -> None:
    seen = preview(table, COLUMNS, MEANS)
    assert [row.status for row in seen.rows] == [
        "taken", "taken", "blank", "taken", "repeated", "unmapped", "taken",
    ]  # fmt: skip
    assert [row.number for row in seen.rows] == list(range(2, 9))
    assert (seen.formulas, len(seen.cases)) == (1, 4)


def test_a_formula_stays_a_text_and_leaves_neutralised(tmp_path: Path, table: Path) -> None:
    shelf = desk(tmp_path).shelf
    key = keep(shelf, "theirs", preview(table, COLUMNS, MEANS).cases)
    (case, *_) = shelf.read([key])[0].cases
    assert case.text == '=HYPERLINK("http://evil")'
    assert "'=HYPERLINK" in to_csv([prediction("c", text=case.text)])


@pytest.mark.parametrize("name", ["../out", ".hidden", "a/b", "", "some", "a" * 61])
def test_a_name_never_leads_elsewhere_nor_replaces_a_set_of_the_house(
    tmp_path: Path, table: Path, name: str
) -> None:
    shelf = desk(tmp_path).shelf
    with pytest.raises(NameUnusable) as caught:
        keep(shelf, name, preview(table, COLUMNS, MEANS).cases)
    assert caught.value.kind in KINDS["name_unusable"]


def test_an_uploaded_set_is_never_replaced(tmp_path: Path, table: Path) -> None:
    shelf, cases = desk(tmp_path).shelf, preview(table, COLUMNS, MEANS).cases
    keep(shelf, "theirs", cases)
    with pytest.raises(NameUnusable, match="another uploaded set has it"):
        keep(shelf, "theirs", cases[:1])
    assert len(shelf.read(["uploads/theirs"])[0].cases) == len(cases)


def test_nothing_mapped_is_nothing_imported(tmp_path: Path, table: Path) -> None:
    with pytest.raises(NothingTaken):
        keep(desk(tmp_path).shelf, "theirs", preview(table, COLUMNS, {}).cases)


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("empty.csv", b"", "empty"),
        ("zeros.csv", b"\0\1\2", "not text"),
        ("broken.xlsx", b"PK\x03\x04 no workbook", "workbook"),
        ("photo.png", b"\x89PNG", "none of"),
        ("one.csv", b"text\nhello\n", "two columns"),
        ("list.jsonl", b"[1, 2]\n", "two columns"),
    ],
)
def test_a_broken_file_is_a_sentence(tmp_path: Path, name: str, data: bytes, problem: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ImportFailed, match=problem) as caught:
        profile(path)
    assert caught.value.kind in KINDS["import_failed"]


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(data=st.binary(max_size=300), kind=st.sampled_from([".csv", ".jsonl", ".tsv"]))
def test_any_bytes_give_a_profile_or_a_sentence(tmp_path: Path, data: bytes, kind: str) -> None:
    path = tmp_path / f"any{kind}"
    path.write_bytes(data)
    with suppress(CallCenterError):
        found = profile(path)
        labels_of(path, found.guessed["label"])
        preview(path, {"text": found.guessed["text"], "label": found.guessed["label"]}, {})
