"""What `make` installs for whom, on an installer that only writes down what it was asked for."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

LOCKS = ("requirements.lock", "requirements-run.lock", "deploy/requirements-server.lock")
NOTED = '#!/bin/sh\necho "${0##*/} $*" >> asked\n'
OLD = """#!/bin/sh
exec python3 -c 'import sys; sys.version_info = (3, 9, 2); exec(sys.argv[1])' "$2"
"""
FIRST = "First time: about "


def program(path: Path, text: str = NOTED) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """With programs in .venv that do nothing."""
    for name in ("Makefile", "pyproject.toml", *LOCKS[:2]):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("python", "uv", "call-center", "pytest"):
        program(tmp_path / ".venv" / "bin" / name)
    return tmp_path


def make(folder: Path, *arguments: str, **given: str) -> tuple[str, list[str]]:
    """What it said, and what it asked for."""
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in ("CI", "MAKEFLAGS", "MAKELEVEL", "PORT")
    }
    (folder / "asked").unlink(missing_ok=True)
    command = [shutil.which("make") or pytest.skip("NO MAKE"), *arguments]
    done = subprocess.run(
        command, cwd=folder, env=env | given, capture_output=True, encoding="utf-8", check=False
    )
    asked = folder / "asked"
    return done.stdout + done.stderr, asked.read_text("utf-8").splitlines() if asked.exists() else []


def locks(asked: list[str]) -> list[str]:
    return [line.rpartition(" ")[2] for line in asked if " -r " in line]


def test_to_try_it_only_what_the_server_needs_is_installed_and_only_once(checkout: Path) -> None:
    said, asked = make(checkout, "run", "PORT=8001")
    assert said.startswith(FIRST)
    assert locks(asked) == ["requirements-run.lock"]
    assert asked[-1] == "call-center serve --port 8001"
    assert make(checkout, "run") == ("", ["call-center serve"])


def test_developing_installs_the_rest_and_trying_it_then_needs_nothing_twice(checkout: Path) -> None:
    make(checkout, "run")
    said, asked = make(checkout, "test")
    assert said.startswith("Installing what is new or missing")
    assert locks(asked) == ["requirements.lock"]
    assert [locks(make(checkout, target)[1]) for target in ("test", "run", "eval")] == [[], [], []]


def test_a_changed_lock_is_installed_again(checkout: Path) -> None:
    make(checkout, "run")
    stamp = (checkout / ".venv" / ".run").stat().st_mtime
    os.utime(checkout / "requirements-run.lock", (stamp + 1, stamp + 1))
    assert locks(make(checkout, "run")[1]) == ["requirements-run.lock"]


def test_people_see_the_progress_and_ci_does_not(checkout: Path) -> None:
    packages = "--compile-bytecode"
    [shown] = [line for line in make(checkout, "run")[1] if packages in line]
    [quiet] = [line for line in make(checkout, "test", CI="true")[1] if packages in line]
    assert ("--quiet" in shown, "--quiet" in quiet) == (False, True)


def test_an_old_python_is_refused_with_its_number_and_a_way_out(checkout: Path) -> None:
    program(checkout / "old", OLD)
    said, asked = make(checkout, "run", "PYTHON=./old")
    assert "Python 3.11 or newer is needed, and this is 3.9; name one with make PYTHON=" in said
    assert asked == []
    assert not (checkout / ".venv" / ".run").exists()


def test_a_failed_environment_is_not_left_half_made(checkout: Path) -> None:
    shutil.rmtree(checkout / ".venv")
    program(checkout / "broken", '#!/bin/sh\ntest "$1" = -c || { mkdir -p .venv; exit 1; }\n')
    make(checkout, "run", "PYTHON=./broken")
    assert not (checkout / ".venv").exists()


def pinned(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text("utf-8")
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^ ]+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS[1:])
def test_the_smaller_locks_name_versions_of_the_whole_one(name: str) -> None:
    assert pinned(name)
    assert pinned(name).items() <= pinned(LOCKS[0]).items()


@pytest.mark.parametrize("name", LOCKS)
def test_locks_hold_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    assert "index-url" not in text
    assert text.count(" --hash=sha256:") >= len(pinned(name))


def test_what_is_installed_to_try_it_serves_every_room_and_measures() -> None:
    small = pinned("requirements-run.lock")
    assert {"gradio", "jinja2", "scipy", "pandas", "matplotlib", "scikit-learn", "python-calamine"} <= set(
        small
    )
    assert not {"pytest", "mypy", "jupyterlab", "playwright"} & set(small)


def test_an_audit_that_could_not_look_up_has_not_passed(checkout: Path) -> None:
    for verdict, passed in (("exit 0", True), ("echo could not be audited >&2; exit 1", False)):
        program(checkout / ".venv" / "bin" / "pip-audit", f"{NOTED}{verdict}\n")
        said, asked = make(checkout, "audit")
        assert ("NOT passed" in said, "Error" in said) == (not passed, not passed)
        assert asked[-1].startswith("pip-audit --strict")
        assert asked[-1].endswith("-r requirements.lock")
    assert "audit" not in re.findall(r"(?m)^check:.*", (ROOT / "Makefile").read_text("utf-8"))[0]


def test_the_list_of_materials_names_every_package_of_the_lock_with_its_hashes(tmp_path: Path) -> None:
    """As `make sbom` has it written."""
    [words] = re.findall(r"-m (cyclonedx_py .*?) \\\n", (ROOT / "Makefile").read_text("utf-8"))
    for lock in LOCKS[1:]:
        words_of = words.replace("$$lock.lock", lock).split()
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", *words_of, "-o", str(tmp_path / "bom")],
            cwd=ROOT,
            check=True,
        )
        assert done.returncode == 0
        bom = json.loads((tmp_path / "bom").read_bytes())
        found = {part["name"]: part["version"] for part in bom["components"]}
        assert found == pinned(lock)
        hashes = [each["hashes"] for part in bom["components"] for each in part["externalReferences"]]
        assert all(hashes)
