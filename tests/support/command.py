"""The `call-center` command, in a process of its own or in this one, without the developer's settings."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Collection
from contextlib import chdir
from pathlib import Path

from typer.testing import CliRunner

from app.cli.main import app
from app.core.config import Settings
from tests.support.logs import logging_kept

ROOT = Path(__file__).parents[2]
CLI = (sys.executable, "-m", "app.cli")
_IMPORTED = re.compile(r"^import time:.*\| +([\w.]+)$", re.MULTILINE)


def clean_environment(without: Collection[str] = (), **given: str) -> dict[str, str]:
    """The environment without any setting of ours, then `given`; output is UTF-8 and wide.

    Bytecode is kept: without it every start compiles 1,700 modules.
    """
    known = {name.upper() for name in (*Settings.model_fields, *without, "pythondontwritebytecode")}
    bytecode = sys.pycache_prefix or str(ROOT / ".pytest_cache" / "bytecode")
    kept = {name: value for name, value in os.environ.items() if name.upper() not in known}
    ours = {"PYTHONIOENCODING": "utf-8", "COLUMNS": "200", "PYTHONPYCACHEPREFIX": bytecode}
    return {**kept, **ours, **given}


def run(
    *command: str, cwd: Path, stdin: str = "", without: Collection[str] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run to the end. `cwd` is empty or holds the `.env` that is meant."""
    return subprocess.run(
        command,
        cwd=cwd,
        input=stdin,
        env=clean_environment(without, **environment),
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )


def call_center(
    *arguments: str, cwd: Path, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    return run(*CLI, *arguments, cwd=cwd, stdin=stdin, **environment)


def in_process(
    *arguments: str, cwd: Path, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """As `call_center` in a tenth of the time, for all that a process is not the point of."""
    names = {name.upper() for name in Settings.model_fields}
    unset = {name: None for name in os.environ if name.upper() in names}
    runner = CliRunner(env={**unset, "COLUMNS": "200", **environment})
    with chdir(cwd), logging_kept():
        done = runner.invoke(app, arguments, input=stdin, catch_exceptions=False)
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def imported_by(*arguments: str, cwd: Path) -> set[str]:
    """Top-level modules that `python …` imports, as the interpreter itself reports them."""
    done = run(sys.executable, "-X", "importtime", *arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in _IMPORTED.findall(done.stderr)}
