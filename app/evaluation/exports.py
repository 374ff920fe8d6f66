"""The files of a run: report.json, report.html, predictions.jsonl, predictions.csv, junit.xml."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

from app.core import durable
from app.evaluation.predictions import Prediction, Run
from app.evaluation.report import Report

COLUMNS = (
    "set", "case", "turn", "nth", "repeat", "perturbation", "lang", "industry", "tags", "difficulty", "event",
    "text", "serving", "expected", "acceptable", "got", "outcome", "confidence", "source", "reason",
    "seconds", "timed", "tokens", "cost",
)  # fmt: skip
_FORMULA = re.compile(r"[\s\x00-\x20\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
"""What spreadsheets run, also behind blanks that they trim (OWASP, CSV injection)."""


def write_all(report: Report, run: Run, folder: Path) -> None:
    """Into `folder`, which is made where it does not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text_of in FILES.items():
        durable.write(folder / name, text_of(report, run))


def to_html(report: Report) -> str:
    from app.evaluation.html import render  # noqa: PLC0415  (matplotlib is heavy)

    return render(report)


def to_csv(predictions: Iterable[Prediction]) -> str:
    """With a byte order mark, so that spreadsheets read Cyrillic; formulas are neutralised."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for p in predictions:
        row = p.model_dump()
        writer.writerow(cell(row[name]) for name in COLUMNS)
    return "\ufeff" + out.getvalue()


def to_junit(router: str, predictions: Iterable[Prediction]) -> str:
    """A test case a turn; wrong is a failure, a router without an answer an error."""
    suites: dict[str, ElementTree.Element] = {}
    root = ElementTree.Element("testsuites", name=legal(router))
    for p in predictions:
        suite = suites.get(p.set)
        if suite is None:
            suite = suites[p.set] = ElementTree.SubElement(root, "testsuite", name=legal(p.set))
        _add(suite, p)
    for suite in suites.values():
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(len(suite.findall("*/failure"))))
        suite.set("errors", str(len(suite.findall("*/error"))))
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _add(suite: ElementTree.Element, p: Prediction) -> None:
    name = f"{p.case} turn {p.turn}" + (f" {p.perturbation}" if p.perturbation else "")
    if p.repeat:
        name += f" repeat {p.repeat + 1}"
    case = ElementTree.SubElement(
        suite, "testcase", name=legal(name), classname=legal(p.expected), time=f"{p.seconds:.4f}"
    )
    if p.outcome == "wrong":
        sure = "" if p.confidence is None else f" at {p.confidence:.2f}"
        said = legal(f"expected {p.expected}, got {p.got}{sure}")
        ElementTree.SubElement(case, "failure", message=said).text = legal(p.text)
    elif not p.covered:
        ElementTree.SubElement(case, "error", message=p.outcome).text = legal(p.reason)


FILES: dict[str, Callable[[Report, Run], str]] = {
    "report.html": lambda report, _: to_html(report),
    "report.json": lambda report, _: report.model_dump_json(indent=2),
    "predictions.csv": lambda _, run: to_csv(run.predictions),
    "predictions.jsonl": lambda _, run: "".join(p.model_dump_json() + "\n" for p in run.predictions),
    "junit.xml": lambda _, run: to_junit(run.provenance.router, run.predictions),
}


def cell(value: object) -> object:
    """What may stand in a cell: formulas become text."""
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return "" if value is None else value


def legal(text: str) -> str:
    """Without the characters that XML 1.0 forbids."""
    return "".join(
        c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )
