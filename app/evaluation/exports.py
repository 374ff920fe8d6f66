"""The files of a run: report.json, report.html, predictions.jsonl, predictions.csv, junit.xml."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Literal, TypeVar
from xml.etree import ElementTree

from app.core import durable
from app.core.redaction.search import redact, redact_all
from app.core.text import FORMULA
from app.evaluation.predictions import Prediction, Run
from app.evaluation.report import Report

COLUMNS = (
    "set", "case", "turn", "nth", "repeat", "perturbation", "lang", "industry", "tags", "difficulty", "event",
    "text", "serving", "expected", "acceptable", "got", "outcome", "confidence", "source", "reason",
    "seconds", "timed", "tokens", "cost",
)  # fmt: skip
BREAKS = ("\t", "\r", "\n")
Told = TypeVar("Told", Report, Run)


@dataclass(frozen=True, kw_only=True)
class JunitCase:
    """`tag` is empty for a case that passed."""

    suite: str
    name: str
    classname: str
    seconds: float
    tag: Literal["", "failure", "error", "skipped"] = ""
    message: str = ""
    text: str = ""


def write_all(report: Report, run: Run, folder: Path) -> None:
    """Into `folder`, which is created where it does not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        durable.write(folder / name, file_of(name, report, run))


def file_of(name: str, report: Report, run: Run) -> str:
    """The text of one of `FILES`, without personal data."""
    return FILES[name](_without_personal_data(report), _without_personal_data(run))


def _without_personal_data(told: Told) -> Told:
    return type(told).model_validate(redact_all(told.model_dump()))


def to_html(report: Report) -> str:
    from app.evaluation.html import render  # noqa: PLC0415  (matplotlib is heavy)

    return render(report)


def to_csv(predictions: Iterable[Prediction]) -> str:
    """With a byte order mark, so that spreadsheets read Cyrillic; formulas become text."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for p in predictions:
        row = p.model_dump()
        writer.writerow(cell(row[name]) for name in COLUMNS)
    return "\ufeff" + out.getvalue()


def to_junit(router: str, predictions: Iterable[Prediction]) -> str:
    """One test case per turn; a wrong agent is a failure, a router without an answer an error."""
    return write_junit(router, map(_junit_case, predictions))


def _junit_case(p: Prediction) -> JunitCase:
    name = f"{p.case} turn {p.turn}" + (f" {p.perturbation}" if p.perturbation else "")
    if p.repeat:
        name += f" repeat {p.repeat + 1}"
    case = JunitCase(suite=p.set, name=name, classname=p.expected, seconds=p.seconds)
    if p.outcome == "wrong":
        sure = "" if p.confidence is None else f" at {p.confidence:.2f}"
        said = f"expected {p.expected}, got {p.got}{sure}"
        return replace(case, tag="failure", message=said, text=p.text)
    return case if p.covered else replace(case, tag="error", message=p.outcome, text=p.reason)


def write_junit(name: str, cases: Iterable[JunitCase]) -> str:
    """XML with one suite per `JunitCase.suite`, in order of appearance."""
    suites: dict[str, ElementTree.Element] = {}
    root = ElementTree.Element("testsuites", name=legal(name))
    for case in cases:
        if case.suite not in suites:
            suites[case.suite] = ElementTree.SubElement(root, "testsuite", name=legal(case.suite))
        _add_case(suites[case.suite], case)
    for suite in suites.values():
        suite.set("tests", str(len(suite)))
        for total, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(total, str(len(suite.findall(f"*/{tag}"))))
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _add_case(suite: ElementTree.Element, case: JunitCase) -> None:
    element = ElementTree.SubElement(
        suite,
        "testcase",
        name=legal(case.name),
        classname=legal(case.classname),
        time=f"{case.seconds:.4f}",
    )
    if case.tag:
        ElementTree.SubElement(element, case.tag, message=legal(case.message)).text = legal(case.text)


FILES: dict[str, Callable[[Report, Run], str]] = {
    "report.html": lambda report, _: to_html(report),
    "report.json": lambda report, _: report.model_dump_json(indent=2),
    "predictions.csv": lambda _, run: to_csv(run.predictions),
    "predictions.jsonl": lambda _, run: "".join(p.model_dump_json() + "\n" for p in run.predictions),
    "junit.xml": lambda _, run: to_junit(run.provenance.router, run.predictions),
}


def cell(value: object) -> object:
    """The value of a cell without personal data, safe for spreadsheets: formulas become text."""
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    if isinstance(value, str):
        value = redact(value)
    if isinstance(value, str) and (
        value[:1] in {"\t", "\r", "\n"} or FORMULA.match(value.replace("\n", " "))
    ):
        return f"'{value}"
    return "" if value is None else value


def legal(text: str) -> str:
    """Without the characters that XML 1.0 forbids."""
    return "".join(
        c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )
