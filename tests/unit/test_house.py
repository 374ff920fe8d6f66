"""The house rules that a formatter cannot hold."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from statistics import median

import pytest

from tests.support.paths import ROOT

APP = sorted((ROOT / "app").rglob("*.py"))
TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in APP}

FILE_LINES = 300
FUNCTION_LINES = 40
MEDIAN_LINES = 6
FILES = 580
LARGEST = 5 * 2**20
EDGES = {
    "app/evaluation/runner.py",
    "app/evaluation/scenarios/trial.py",
    "app/services/dialogs/maintenance.py",
    "app/adapters/openai/foreign.py",  # a model of any library, with errors of its own
}
SAME_CLASSES = {"Tool"}
"""What a model calls, and a row of the page of figures."""
SAME_FUNCTIONS = {
    *("upgrade", "downgrade", "explain", "error"),  # each migration, each CRM
    *("find", "view", "read", "put", "remove", "languages"),  # each resource, each format, each table
    *("order", "refund"),  # what the policy says of it, and what repeats it
    *("agents", "cascade", "flips", "headline", "matrix", "slices"),  # frames.matrix, plots.matrix
    "share",  # as a number and as text
}
PARTICIPLES = {"told", "known", "opened", "asked", "named", "shown", "counted", "said", "heard", "kept"}
MACHINE_PATH = re.compile(r"(?<![\w.~])/(tmp|root|work)/")


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines without the docstring."""
    first, last = node.lineno, node.end_lineno or node.lineno
    told = node.body[0]
    documented = ast.get_docstring(node) is not None
    return last - first + 1 - ((told.end_lineno or told.lineno) - told.lineno + 1 if documented else 0)


def catches_everything(handler: ast.ExceptHandler) -> bool:
    """Cleaning up and raising again is no catch."""
    names = (
        {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)} if handler.type else {"Exception"}
    )
    last = handler.body[-1]
    passed_on = isinstance(last, ast.Raise) and last.exc is None
    return bool(names & {"Exception", "BaseException"}) and not passed_on


def module(name: str) -> str:
    return name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def imported(tree: ast.Module) -> Iterator[str]:
    """Modules or names in them; those in functions and for type checkers count too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{each.name}" for each in node.names)


def imports() -> dict[str, set[str]]:
    """The modules of `app` that each of them imports."""
    ours = {module(name) for name in TREES}
    found: dict[str, set[str]] = {name: set() for name in ours}
    for name, tree in TREES.items():
        for full in imported(tree):
            target = full if full in ours else full.rpartition(".")[0]
            if target in ours - {module(name)}:
                found[module(name)].add(target)
    return found


def kept_files() -> list[Path]:
    """What git tracks, and what it would add."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("NO GIT: this is not a checkout")
    command = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_is_long() -> None:
    assert [p.name for p in APP if len(p.read_text("utf-8").splitlines()) > FILE_LINES] == []


def test_no_function_is_long() -> None:
    found = [
        f"{name}: {node.name}, {length(node)} lines"
        for name, tree in TREES.items()
        for node in functions(tree)
        if length(node) > FUNCTION_LINES
    ]
    assert found == []


def test_only_process_edges_catch_everything() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and catches_everything(node)
    ]
    assert [place for place in found if place.partition(":")[0] not in EDGES] == []


def test_nothing_is_printed() -> None:
    """Results go through typer and rich, the rest into the log."""
    found = [
        f"{name}:{node.lineno}"
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert found == []


def test_the_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout


def test_no_path_of_one_machine_is_written_down() -> None:
    texts = [p for p in kept_files() if p.suffix in {".md", ".toml"} or p.is_relative_to(ROOT / "app")]
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in texts
        if path.suffix not in {".npz", ".zip"}
        for line in path.read_text("utf-8").splitlines()
        if MACHINE_PATH.search(line)
    ]
    assert found == []


def test_no_file_is_large() -> None:
    assert [path.name for path in kept_files() if path.stat().st_size > LARGEST] == []


def test_the_middle_function_is_short_and_the_files_are_few() -> None:
    assert median(length(node) for tree in TREES.values() for node in functions(tree)) <= MEDIAN_LINES
    assert len(APP) < FILES


def test_no_modules_import_each_other_in_a_circle() -> None:
    TopologicalSorter(imports()).prepare()  # CycleError names them


def test_a_class_name_means_one_thing() -> None:
    names = Counter(
        node.name
        for tree in TREES.values()
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert {name for name, count in names.items() if count > 1} - SAME_CLASSES == set()


def test_a_public_function_has_its_name_alone_in_its_package() -> None:
    names = Counter(
        f"{name.rpartition('/')[0]}: {node.name}"
        for name, tree in TREES.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
    )
    twice = {name for name, count in names.items() if count > 1}
    assert {name for name in twice if name.partition(": ")[2] not in SAME_FUNCTIONS} == set()


def test_functions_are_verbs() -> None:
    found = [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in TREES.items()
        for node in functions(tree)
        if node.name in PARTICIPLES
    ]
    assert found == []


def test_unit_tests_lie_as_what_they_test() -> None:
    here = ROOT / "tests" / "unit"
    folders = {path.parent.relative_to(here) for path in here.rglob("test_*.py")}
    assert [str(folder) for folder in sorted(folders) if not (ROOT / "app" / folder).is_dir()] == []
