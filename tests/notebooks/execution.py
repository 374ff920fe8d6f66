"""Notebooks executed in a working copy; what is stored of it has no trace of machine or hour."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from tests.support.command import ROOT, clean_environment

BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
STORED = [path for path in BOOKS if path.stem != "04_train_on_your_data"]
"""That one fits a router, which takes minutes of a whole core."""
FORMS = ("image/png", "text/html", "text/plain")
"""The first that an output has is stored."""
PROGRESS = re.compile(r"\d+ of \d+")
CHANGING = (
    (re.compile(r"\d{8}-\d{6}(?:-[0-9a-f]{7})?"), "<run>"),
    (re.compile(r" at 0x[0-9a-f]+"), ""),
)


def read_book(path: Path) -> NotebookNode:
    book: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return book


def code_cells(book: NotebookNode) -> Iterator[NotebookNode]:
    return (cell for cell in book.cells if cell.cell_type == "code")


def working_copy(folder: Path) -> Path:
    for name in ("notebooks", "eval_sets"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def execute(book: NotebookNode, folder: Path, injected: str = "", seconds: int = 100) -> NotebookNode:
    """`folder` is a working copy; `injected` runs after the first cell, as papermill puts parameters."""
    if injected:
        at = next(at for at, cell in enumerate(book.cells) if cell.cell_type == "code")
        book.cells.insert(at + 1, nbformat.v4.new_code_cell(injected))  # type: ignore[no-untyped-call]
    home = {"IPYTHONDIR": str(folder / ".ipython"), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    resources = {"metadata": {"path": str(folder / "notebooks")}}
    NotebookClient(book, timeout=seconds, resources=resources).execute(env=clean_environment(**home))
    return book


def normalise(book: NotebookNode) -> NotebookNode:
    """In place: neither counts, hours, latencies and addresses, nor a second form of the same output."""
    for cell in code_cells(book):
        cell.execution_count = None
        cell.metadata = {name: value for name, value in cell.metadata.items() if name == "tags"}
        cell.outputs = [
            _stored(output) for output in cell.outputs if not PROGRESS.fullmatch(output_text(output))
        ]
    book.metadata.language_info = {"name": "python"}
    return book


def _stored(output: NotebookNode) -> NotebookNode:
    if "execution_count" in output:
        output.execution_count = None
    if "text" in output:
        output.text = told(output.text)
    if "data" in output:
        form = next(form for form in FORMS if form in output.data)
        output.data = {form: output.data[form] if form == FORMS[0] else told(output.data[form])}
    return output


def told(text: str) -> str:
    """Without what differs from one execution to the next."""
    for pattern, instead in CHANGING:
        text = pattern.sub(instead, text)
    return _without_latency(text)


def _without_latency(html: str) -> str:
    """Milliseconds of a table's rows `p50, ms` and `p95, ms`."""
    rows = re.compile(r"(<th>p\d\d, ms</th>)(.*?)(</tr>)", re.DOTALL)
    return rows.sub(lambda row: row[1] + re.sub(r"<td>[\d.]+</td>", "<td>·</td>", row[2]) + row[3], html)


def output_text(output: Any) -> str:
    """The text of an output, without tags; empty for a picture."""
    if "text" in output:
        return str(output.text)
    html = str(output.data.get("text/html", output.data.get("text/plain", "")))
    return re.sub(r"<style.*?</style>|<[^>]*>", " ", html, flags=re.DOTALL)
