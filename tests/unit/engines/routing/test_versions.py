"""Security floors, and lock files that are whole and name no registry."""

from __future__ import annotations

import os
import re
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.version import Version

from app.main import prepare_environment
from tests.support.command import run
from tests.support.paths import ROOT

LOCKS = ["requirements.lock", "deploy/requirements-server.lock"]

FLOORS = {
    "gradio": "6.16",
    "langgraph": "1.0.10",
    "langgraph-checkpoint": "4.0.0",
    "langchain-core": "1.3.3",
    "langchain-openai": "1.1.14",
    "langsmith": "0.8.0",
    "starlette": "1.3.1",
    "fastapi": "0.139",
    "python-multipart": "0.0.31",
    "h11": "0.16.0",
    "jupyterlab": "4.6.2",
    "jupyter-server": "2.20.0",
}
ONLY_FOR_DEVELOPERS = re.compile(
    r"jupyter|notebook|nbclient|ipykernel|playwright|pytest|hypothesis|schemathesis|scikit-learn|matplotlib"
    r"|mypy|ruff|import-linter|pip-audit|litellm"
)
SAFE = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "LANGGRAPH_STRICT_MSGPACK": "true",
    "LANGSMITH_TRACING": "false",
}
AT_FIRST_IMPORT = """
import os, sys
def tell(event, arguments):
    if event == "import" and arguments[0] in ("langgraph", "gradio", "langsmith"):
        print(arguments[0], *(f"{n}={os.environ.get(n)}" for n in %r), flush=True)
        if arguments[0] == "gradio":
            os._exit(0)
sys.addaudithook(tell)
from app.main import app
"""


def entries(lock: str) -> dict[str, list[str]]:
    """The text of each requirement by `name==version`, comments left out."""
    lines = [x for x in (ROOT / lock).read_text("utf-8").splitlines() if not x.lstrip().startswith("#")]
    found: dict[str, list[str]] = {}
    for line in filter(str.strip, lines):
        if not line.startswith(" "):
            found[line] = []
        found[next(reversed(found))].append(line)
    return found


def locked(lock: str) -> list[tuple[str, str]]:
    """Name and version of each requirement; one that differs by Python version stands there twice."""
    pairs = [line.partition(" ")[0].split("==") for line in entries(lock)]
    return [(name, exact) for name, exact in pairs]


@pytest.mark.parametrize(("name", "floor"), FLOORS.items())
def test_what_is_installed_is_at_or_above_its_security_floor(name: str, floor: str) -> None:
    assert Version(version(name)) >= Version(floor)


@pytest.mark.parametrize(("name", "floor"), FLOORS.items())
def test_what_is_locked_is_at_or_above_its_security_floor(name: str, floor: str) -> None:
    versions = [exact for lock in LOCKS for known, exact in locked(lock) if known == name]
    assert versions
    assert all(Version(exact) >= Version(floor) for exact in versions)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_exact_and_has_hashes(lock: str) -> None:
    for requirement, lines in entries(lock).items():
        assert re.match(r"[a-z0-9][a-z0-9._-]*==[^ ]+ ", requirement), requirement
        assert any(re.search(r"--hash=sha256:[0-9a-f]{64}\b", line) for line in lines), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_file_names_a_registry(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    hosts = "|".join(["py" + "pi", "python" + "hosted", "conda" + r"\.", "index-" + "url", "find-" + "links"])
    assert not re.search(rf"://|{hosts}|^[a-z0-9._-]+ @ ", text, re.MULTILINE)


def test_the_locks_agree_with_each_other() -> None:
    assert set(locked(LOCKS[1])) <= set(locked(LOCKS[0]))


def test_the_server_installs_no_tool_of_developers() -> None:
    assert [name for name, _ in locked(LOCKS[1]) if ONLY_FOR_DEVELOPERS.search(name)] == []


def test_the_project_asks_for_the_floors_too() -> None:
    """Who installs without the lock is as safe."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    for name, floor in FLOORS.items():
        asked = re.search(rf'"{name}>=([0-9.]+)[",]', text)
        assert asked, name
        assert Version(asked[1]) >= Version(floor), name


def test_libraries_are_told_to_be_strict_and_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SAFE:
        monkeypatch.delenv(name, raising=False)
    prepare_environment()
    assert {name: value for name, value in os.environ.items() if name in SAFE} == SAFE


def test_what_the_operator_has_set_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    prepare_environment()
    assert os.environ["LANGSMITH_TRACING"] == "true"


def test_they_are_told_before_they_are_imported(tmp_path: Path) -> None:
    script = AT_FIRST_IMPORT % list(SAFE)
    done = run(sys.executable, "-c", script, cwd=tmp_path, without=SAFE.keys(), LOG_LEVEL="ERROR")
    told = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert told.keys() == {"langgraph", "langsmith", "gradio"}
    assert set(told.values()) == {" ".join(f"{name}={value}" for name, value in SAFE.items())}
