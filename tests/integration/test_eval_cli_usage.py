"""`call-center eval`: sets of one's own, and what it says of wrong usage."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.evaluation.cases import read_set
from tests.support.eval_cli import (
    evaluate,
    folder_with_a_set,
    label_of,
    latest,
    line,
    write,
)
from tests.support.other_service import OtherService, other_service
from tests.unit.evaluation.workbooks import sheet, text, workbook


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_with_a_set(tmp_path)


@pytest.fixture
def service() -> Iterator[OtherService]:
    with other_service(label_of) as service:
        yield service


def test_messages_of_ones_own_become_a_set(folder: Path) -> None:
    (folder / "ours.csv").write_text(
        "body,queue\nwhere is my invoice,Billing\nit crashes,IT\nhello,Lobby\n", encoding="utf-8"
    )
    mapping = ("--column", "text=body", "--column", "label=queue", "--label", "Billing=supervisor")
    out = ("--out", "eval_sets/ours.jsonl")
    said = evaluate(folder, "import", "ours.csv", *out, *mapping, "--label", "IT=tech_support")
    assert "2 cases" in said
    evaluate(folder, "run", "ours", "--router", "local")
    assert [p.expected for p in latest(folder).predictions] == ["supervisor", "tech_support"]
    evaluate(folder, "import", "ours.csv", *out, *mapping, "--label", "IT=reception", status=2)
    assert "1 cases" in evaluate(folder, "import", "ours.csv", *out, *mapping)


def test_what_is_not_taken_of_a_file_is_told_with_its_line(folder: Path) -> None:
    rows = [
        "text;label",
        "Не открывается приложение;tech_support",
        "Сколько стоит тариф",
        "Верните деньги;supervisor",
    ]
    (folder / "ours.csv").write_bytes("\r\n".join(rows).encode("koi8-r"))
    said = evaluate(folder, "import", "ours.csv", "--out", "eval_sets/ours.jsonl")
    assert "ours.csv, line 3: this is not a whole row: 1 cells for 2 columns" in said
    assert "2 cases" in said
    assert [case.text for case in read_set(folder / "eval_sets" / "ours.jsonl").cases] == [
        "Не открывается приложение", "Верните деньги",
    ]  # fmt: skip


def test_an_encoding_that_is_not_sure_is_asked_for(folder: Path) -> None:
    (folder / "ours.csv").write_bytes("text,label\nда,sales\n".encode("koi8-r"))
    import_it = ("import", "ours.csv", "--out", "eval_sets/ours.jsonl")
    assert "name it with --encoding" in evaluate(folder, *import_it, status=2)
    evaluate(folder, *import_it, "--encoding", "koi8-r")
    assert [case.text for case in read_set(folder / "eval_sets" / "ours.jsonl").cases] == ["да"]


def test_which_sheet_was_read_is_said(folder: Path) -> None:
    row = f'<row r="2" hidden="1">{text("A2", "почём тариф")}{text("B2", "sales")}</row>'
    workbook(folder / "ours.xlsx", {"Старое": sheet(), "Новое": sheet(row)}, hidden=("Старое",))
    said = evaluate(folder, "import", "ours.xlsx", "--out", "eval_sets/ours.jsonl")
    assert "ours.xlsx: the sheet Новое was read, and not Старое (hidden)." in said
    assert "ours.xlsx: hidden rows of it were read too: 1." in said


def test_a_set_with_a_byte_order_mark_is_measured(folder: Path) -> None:
    (folder / "mine.jsonl").write_text("\ufeff" + json.dumps(line(1)) + "\n", encoding="utf-8")
    evaluate(folder, "run", "mine.jsonl", "--router", "local")
    assert len(latest(folder).predictions) == 1


def test_a_line_of_a_set_that_says_a_thing_twice_is_named(folder: Path) -> None:
    twice = '{"id": "2", "text": "a", "text": "b", "label": "sales"}'
    (folder / "mine.jsonl").write_text(f"{json.dumps(line(1))}\n{twice}\n", encoding="utf-8")
    assert "mine.jsonl, line 2: the key text stands twice" in evaluate(folder, "run", "mine.jsonl", status=2)


def test_an_import_does_not_replace_a_written_set(folder: Path) -> None:
    write(folder, "precious", line(1))
    (folder / "more.csv").write_text("text,label\nit crashes,tech_support\n", encoding="utf-8")
    said = evaluate(folder, "import", "more.csv", "--out", "eval_sets/precious.jsonl", status=2)
    assert "not replaced" in said


def test_a_set_that_is_not_there_is_told_with_those_that_are(folder: Path) -> None:
    write(folder, "here", line(1))
    said = evaluate(folder, "run", "there", status=2)
    assert "no such file or set" in said
    assert "here" in said


def test_a_service_that_is_down_is_told_with_the_reason(folder: Path) -> None:
    write(folder, "asked", line(1))
    said = evaluate(folder, "run", "asked", "--router", "url:http://127.0.0.1:9")
    assert "no answer: the service cannot be reached (ConnectError) (1)" in said


def test_sets_that_overlap_are_refused(folder: Path) -> None:
    write(folder, "dev_same", line(1))
    assert "error" in evaluate(folder, "check", status=1)
    evaluate(folder, "check", "nowhere", status=2)


def test_a_baseline_is_measured(folder: Path) -> None:
    rows = [line(number, id=f"train-{number}") for number in range(30)]
    write(folder, "later", *rows)
    (folder / "eval_sets" / "train").mkdir()
    (folder / "eval_sets" / "later.jsonl").rename(folder / "eval_sets" / "train" / "en.jsonl")
    evaluate(folder, "run", "some", "--router", "baseline:majority")
    assert {p.covered for p in latest(folder).predictions} == {True}
    evaluate(folder, "run", "some", "--router", "baseline:oracle", status=2)


def test_a_bad_set_is_named_by_file_and_line(folder: Path) -> None:
    write(folder, "bad", line(1), line(2, colour="red"))
    assert "bad.jsonl, line 2: colour" in evaluate(folder, "run", "bad", status=2)
    write(folder, "odd", line(1, label="reception"))
    assert "odd.jsonl, line 1: unknown label reception" in evaluate(folder, "run", "odd", status=2)
    assert "missing" in evaluate(folder, "run", "missing", status=2)


@pytest.mark.parametrize(
    "wrong",
    [
        ["--router", "oracle"],
        ["--router", "url:ftp://here"],
        ["--router", "llm"],
        ["--slice", "colour=red"],
        ["--slice", "lang=de"],
        ["--repeat", "0"],
        ["--min-accuracy", "90"],
        ["--costs", "nowhere.yaml"],
    ],
)
def test_wrong_usage_ends_with_two_and_starts_no_run(folder: Path, wrong: list[str]) -> None:
    assert evaluate(folder, "run", "some", *wrong, status=2)
    assert not (folder / "storage" / "eval_runs").exists()
