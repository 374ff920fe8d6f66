"""Each notebook runs from top to bottom in a fresh working copy, on the embedded default, without network.

What is stored in them is what they give: one is executed whole, the others too with TORTURE=1.
"""

from __future__ import annotations

import ast
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from nbformat import NotebookNode

from app.evaluation import corrections
from app.evaluation.cases import read_set
from app.evaluation.compare import compare
from app.evaluation.costs import CostMatrix
from app.evaluation.html import render
from app.evaluation.registry import Registry
from app.evaluation.report import Report, build_report
from tests.notebooks.execution import (
    BOOKS,
    STORED,
    code_cells,
    execute,
    normalise,
    output_text,
    read_book,
    working_copy,
)
from tests.support.command import ROOT

pytestmark = pytest.mark.xdist_group("notebooks")
FILES = {"report.json", "report.html", "predictions.jsonl", "predictions.csv", "junit.xml"}
CELLS, LINES, BYTES = 10, 8, 10**6
SHARE, PART = 0.01, 0.05
"""How far a figure may be from the stored one: shares by this much, larger ones by this part of theirs."""
WHOLE = "05_dialogs"
FIGURE = re.compile(r"(?<![\w.-])-?\d+(?:\.\d+)?(?![\w.-])")
TRACES = re.compile(r"PosixPath|/tmp/|/home/|/root/|site-packages|0x[0-9a-f]{6,}|\d{8}-\d{6}|Warning")
ODD = ("dear mistake", "dear one", "Dearest")

LIMITS = {
    "01_routing_accuracy": "LIMIT = 40",
    "02_compare_routers": "LIMIT = 30",
    "03_mistakes": 'LIMIT, WHO, SECOND = 12, "Anna", "Boris"\n'
    'CORRECTED, CONFIRMED = {"dev-ru-0001": ("sales", "asks for a price")}, ["dev-ru-0001"]',
    "04_train_on_your_data": "ALSO_ON = []",
    "05_dialogs": "LIMIT = 12",
}
LOOPBACK_ONLY = """
import sys
def refuse(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[1][0] != "127.0.0.1":
        raise ConnectionRefusedError(f"no network in tests: {arguments[1]}")
sys.addaudithook(refuse)
"""


def named(path: Path) -> str:
    return path.stem


@dataclass(frozen=True)
class Ran:
    """A notebook with its outputs, and the working copy it ran in."""

    book: NotebookNode
    folder: Path


@pytest.fixture(scope="module")
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """With the parameters of LIMITS."""
    path, folder = request.param, working_copy(tmp_path_factory.mktemp("copy"))
    for lines in (folder / "eval_sets" / "train").glob("*.jsonl"):  # a whole fit takes minutes
        few = lines.read_text("utf-8").splitlines(keepends=True)[::20]
        lines.write_text("".join(few), encoding="utf-8")
    return Ran(execute(read_book(path), folder, LOOPBACK_ONLY + LIMITS[path.stem]), folder)


@pytest.mark.parametrize("ran", BOOKS, ids=named, indirect=True)
def test_it_runs_and_ends_in_the_report_of_the_command_line(ran: Ran) -> None:
    registry = Registry(ran.folder / "storage" / "eval_runs")
    told = str(list(code_cells(ran.book))[-1].outputs)
    pages = [page for page in registry.root.glob("*/report.html") if page.parent.name in told]
    assert len(pages) == 1
    folder = pages[0].parent
    assert {file.name for file in folder.iterdir()} >= FILES
    report = Report.model_validate_json((folder / "report.json").read_text("utf-8"))
    run = registry.load(folder.name)
    comparison = compare(registry.load(report.comparison.a), run) if report.comparison else None
    assert pages[0].read_text("utf-8") == render(build_report(run, CostMatrix(), comparison))


@pytest.mark.parametrize("ran", [ROOT / "notebooks" / "03_mistakes.ipynb"], ids=named, indirect=True)
def test_a_correction_tells_who_made_and_who_confirmed_it(ran: Ran) -> None:
    [found] = corrections.read(ran.folder / "storage" / "corrections.jsonl")
    assert (found.id, found.label, found.who) == ("dev_ru/dev-ru-0001:0", "sales", "Anna")
    assert found.confirmed_by == "Boris"
    assert found.confirmed is not None
    [case] = (c for c in read_set(ran.folder / "storage/corrected/dev_ru.jsonl").cases if c.id == found.case)
    assert case.turns[-1].expected == "sales"


@pytest.mark.parametrize("path", BOOKS, ids=named)
def test_it_reads_like_a_memo(path: Path) -> None:
    """A question, parameters, then short cells that only say what is done."""
    book = read_book(path)
    cells = list(code_cells(book))
    assert book.cells[0].cell_type == "markdown"
    assert book.cells[0].source.splitlines()[0].endswith("?")
    assert "parameters" in cells[0].metadata.get("tags", [])
    assert len(cells) <= CELLS
    assert [cell.source for cell in cells if len(cell.source.splitlines()) > LINES] == []
    assert ".write(" in cells[-1].source
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    trees = [ast.parse(cell.source) for cell in cells]
    assert [node for tree in trees for node in ast.walk(tree) if isinstance(node, kinds)] == []


@pytest.mark.parametrize("path", STORED, ids=named)
def test_its_results_are_stored_without_a_trace_of_machine_or_hour(path: Path) -> None:
    book, text = read_book(path), path.read_text("utf-8")
    assert len(text) < BYTES
    assert normalise(read_book(path)) == book
    *_, last = (cell for cell in code_cells(book))
    assert [output_text(output) for output in last.outputs] == [
        "Report: storage/eval_runs/<run>/report.html\n"
    ]
    told = "\n".join(output_text(output) for cell in code_cells(book) for output in cell.outputs)
    assert TRACES.findall(told) == []
    assert [word for word in ODD if word in text] == []


@pytest.mark.parametrize("path", STORED, ids=named)
def test_every_cell_that_shows_something_has_it_stored(path: Path) -> None:
    """A last line that is an expression, as Jupyter shows it."""
    for cell in code_cells(read_book(path)):
        shows = isinstance(ast.parse(cell.source, mode="exec").body[-1], ast.Expr)
        assert bool(cell.outputs) == shows, cell.source


def figures(book: NotebookNode) -> list[list[float]]:
    """Of each code cell."""
    return [
        [float(found) for output in cell.outputs for found in FIGURE.findall(output_text(output))]
        for cell in code_cells(book)
    ]


def far(stored: float, found: float) -> bool:
    return abs(stored - found) > (SHARE if abs(stored) <= 1 else PART * abs(stored))


@pytest.mark.parametrize(("found", "beyond"), [(0.955, False), (0.975, True), (164, False), (180, True)])
def test_the_tolerance_is_a_hundredth_of_a_share_and_a_twentieth_of_a_count(
    found: float, beyond: bool
) -> None:
    assert far(0.96 if found < 1 else 160, found) == beyond


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("path", STORED, ids=named)
def test_executed_whole_it_gives_the_stored_figures(path: Path, tmp_path: Path) -> None:
    if path.stem != WHOLE and "TORTURE" not in os.environ:
        pytest.skip("slow; TORTURE=1 runs it")
    stored = read_book(path)
    found = normalise(execute(read_book(path), working_copy(tmp_path), seconds=1800))
    for cell, told, said in zip(code_cells(stored), figures(stored), figures(found), strict=True):
        assert len(told) == len(said), cell.source
        pairs = zip(told, said, strict=True)
        assert [pair for pair in pairs if far(*pair)] == [], cell.source


def test_a_picture_of_a_stored_notebook_is_of_a_size_that_a_page_shows() -> None:
    pictures = [
        output
        for path in BOOKS
        for cell in code_cells(read_book(path))
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    assert pictures
    assert all(output.metadata["image/png"]["width"] <= 800 for output in pictures)
