import csv
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.evaluation.exports import COLUMNS, to_csv, to_junit, write_all
from app.evaluation.predictions import Prediction
from app.evaluation.report import Report
from tests.unit.evaluation.builders import prediction, run
from tests.unit.evaluation.pages import mixed, report_of


def rows(predictions: list[Prediction]) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(to_csv(predictions).removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+7 900", "-1", "@SUM(A1)", " =1", "\t=1", "\u00a0 =1", "\u200b=1", "\ufeff=1", "\n=1",
     "\u200b\n=1", "\rx", "\tx", "＝1", "=cmd|'/c calc'!A0"],
)  # fmt: skip
def test_a_formula_is_only_text(text: str) -> None:
    row = rows([prediction("a", text=text, reason=text, tags=[text], industry=text)])[0]
    assert row["text"] == row["reason"] == row["tags"] == row["industry"] == f"'{text}"


@pytest.mark.parametrize(
    "text", ["не работает", "1+1", "a=b", "почта: a@b", '"в кавычках", и запятая', "две\nстроки"]
)
def test_other_text_stays_as_it_was(text: str) -> None:
    assert rows([prediction("a", text=text)])[0]["text"] == text


def test_the_csv_opens_in_a_spreadsheet_and_holds_every_column() -> None:
    assert to_csv([]) == "\ufeff" + ",".join(COLUMNS) + "\r\n"
    row = rows([prediction("a", tags=["x", "y"], confidence=None)])[0]
    assert (row["tags"], row["confidence"], row["got"]) == ("x, y", "", "sales")


def test_junit_counts_failures_and_errors_by_set() -> None:
    root = ElementTree.fromstring(to_junit("local", [*mixed(), prediction("z", set="other")]))
    first, second = root.findall("testsuite")
    assert dict(first.items()) == {"name": "s", "tests": "7", "failures": "4", "errors": "1", "skipped": "0"}
    assert dict(second.items()) == {
        "name": "other",
        "tests": "1",
        "failures": "0",
        "errors": "0",
        "skipped": "0",
    }


def test_junit_is_valid_xml_whatever_is_in_the_words() -> None:
    dirty = "\x00\x0b]]><x>&\ufffe\"'"
    wrong = prediction(dirty, dirty, "sales", text=dirty, set=dirty)
    failed = prediction("f", got=None, reason=dirty, set=dirty)
    suite = ElementTree.fromstring(to_junit(dirty, [wrong, failed])).find("testsuite")
    assert suite is not None
    assert suite.attrib["name"] == "]]><x>&\"'"
    assert suite.findtext("testcase/failure") == "]]><x>&\"'"


def test_junit_names_are_told_apart_by_repeat_and_perturbation() -> None:
    turns = [prediction("a"), prediction("a", repeat=1), prediction("a", perturbation="typos")]
    cases = ElementTree.fromstring(to_junit("local", turns)).iter("testcase")
    assert [case.attrib["name"] for case in cases] == ["a turn 0", "a turn 0 repeat 2", "a turn 0 typos"]


def test_junit_does_not_invent_a_confidence() -> None:
    failure = ElementTree.fromstring(to_junit("x", [prediction("a", got="supervisor")])).find(".//failure")
    assert failure is not None
    assert failure.attrib["message"] == "expected sales, got supervisor"


@pytest.mark.parametrize("predictions", [[], mixed()])
def test_all_files_are_written_and_read_back(predictions: list[Prediction], tmp_path: Path) -> None:
    report = report_of(predictions)
    write_all(report, run(predictions), tmp_path / "deep" / "down")
    files = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "deep" / "down").iterdir()}
    assert set(files) == {"report.json", "report.html", "predictions.jsonl", "predictions.csv", "junit.xml"}
    assert Report.model_validate_json(files["report.json"]) == report
    lines = files["predictions.jsonl"].split("\n")[:-1]
    assert [Prediction.model_validate_json(line) for line in lines] == predictions


def test_no_file_holds_personal_data(tmp_path: Path) -> None:
    told = [
        prediction("1", "supervisor", text="перезвоните 8 916 123-45-67", reason="asks ivan@mail.ru"),
        prediction("2", got=None, text="карта 4111 1111 1111 1111", reason="8 916 123-45-67"),
    ]
    write_all(report_of(told), run(told), tmp_path)
    for path in tmp_path.iterdir():
        text = path.read_text(encoding="utf-8")
        assert [each for each in ("123-45-67", "ivan@", "4111") if each in text] == [], path.name
    assert "[phone]" in (tmp_path / "predictions.csv").read_text(encoding="utf-8")
    assert told[0].text == "перезвоните 8 916 123-45-67"
