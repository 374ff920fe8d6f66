"""Each notebook runs from top to bottom in a fresh working copy, on the embedded default, without network."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from app.evaluation import corrections
from app.evaluation.cases import read_set
from app.evaluation.compare import compare
from app.evaluation.costs import CostMatrix
from app.evaluation.html import render
from app.evaluation.registry import Registry
from app.evaluation.report import Report, build_report
from tests.support.command import ROOT, clean_environment

pytestmark = pytest.mark.xdist_group("notebooks")
BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FILES = {"report.json", "report.html", "predictions.jsonl", "predictions.csv", "junit.xml"}
CELLS, LINES = 10, 8

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


def code(book: NotebookNode) -> Iterator[NotebookNode]:
    return (cell for cell in book.cells if cell.cell_type == "code")


def read(path: Path) -> NotebookNode:
    book: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return book


@dataclass(frozen=True)
class Ran:
    """A notebook with its outputs, and the working copy it ran in."""

    book: NotebookNode
    folder: Path


@pytest.fixture(scope="module")
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """With the parameters of LIMITS in a cell after the first, as papermill would put them."""
    path, folder = request.param, tmp_path_factory.mktemp("copy")
    for name in ("notebooks", "eval_sets"):
        shutil.copytree(ROOT / name, folder / name)
    for lines in (folder / "eval_sets" / "train").glob("*.jsonl"):  # a whole fit takes minutes
        few = lines.read_text("utf-8").splitlines(keepends=True)[::20]
        lines.write_text("".join(few), encoding="utf-8")
    book = read(path)
    at = next(at for at, cell in enumerate(book.cells) if cell.cell_type == "code")
    injected = nbformat.v4.new_code_cell(LOOPBACK_ONLY + LIMITS[path.stem])  # type: ignore[no-untyped-call]
    book.cells.insert(at + 1, injected)
    home = {"IPYTHONDIR": str(folder / ".ipython"), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    client = NotebookClient(book, timeout=100, resources={"metadata": {"path": str(folder / "notebooks")}})
    client.execute(env=clean_environment(**home))
    return Ran(book, folder)


@pytest.mark.parametrize("ran", BOOKS, ids=named, indirect=True)
def test_it_runs_and_ends_in_the_report_of_the_command_line(ran: Ran) -> None:
    registry = Registry(ran.folder / "storage" / "eval_runs")
    told = str(list(code(ran.book))[-1].outputs)
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
    book = read(path)
    cells = list(code(book))
    assert book.cells[0].cell_type == "markdown"
    assert book.cells[0].source.splitlines()[0].endswith("?")
    assert "parameters" in cells[0].metadata.get("tags", [])
    assert len(cells) <= CELLS
    assert [cell.source for cell in cells if len(cell.source.splitlines()) > LINES] == []
    assert ".write(" in cells[-1].source
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    trees = [ast.parse(cell.source) for cell in cells]
    assert [node for tree in trees for node in ast.walk(tree) if isinstance(node, kinds)] == []


@pytest.mark.parametrize("path", BOOKS, ids=named)
def test_it_is_kept_without_outputs(path: Path) -> None:
    cells = list(code(read(path)))
    assert [cell.outputs for cell in cells if cell.outputs or cell.execution_count] == []
