"""An installation as a team has it: `storage/` in a working folder, every setting at its default."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.bootstrap import build
from app.core.config import Settings
from tests.support.command import in_process
from tests.support.server import running

Json = dict[str, Any]
PLACES = {
    "DIALOGS_STORAGE_PATH": "dialogs",
    "BACKOFFICE_STORAGE": "backoffice.sqlite",
    "CHECKPOINT_STORAGE": "checkpoints",
    "KNOWLEDGE_STORAGE": "knowledge",
    "ROUTER_ARTEFACT": "routers/current",
}
"""Where the defaults of these settings lead, in `storage/`."""
SETTINGS = {"ENABLE_MEMORY": "true", "DIALOG_TIMEOUT_MINUTES": "0", "UI": "false", "LOG_LEVEL": "CRITICAL"}
COMMANDS: dict[str, tuple[str, ...]] = {
    "runs": ("eval", "list"),
    "latest": ("eval", "show", "latest"),
    "documents": ("kb", "list", "--versions"),
    "routers": ("routers",),
    "records": ("db", "status"),
    "crm": ("crm", "status"),
}
"""Each tells of one part of the storage, and changes nothing."""
FIGURE = re.compile(r"[\w.:+-]*\d[\w.:+-]*")


@contextmanager
def environment(folder: Path, **given: str) -> Iterator[None]:
    """The working folder, and no setting but ours and `given`."""
    with pytest.MonkeyPatch.context() as patch, chdir(folder):
        for name in [n for n in os.environ if n.lower() in Settings.model_fields]:
            patch.delenv(name)
        for name, value in {**SETTINGS, **given}.items():
            patch.setenv(name, value)
        yield


@contextmanager
def served(folder: Path, at: datetime | None = None, /, **given: str) -> Iterator[httpx2.Client]:
    """The application over HTTP; with `at` it is that moment all the time.

    Paths are absolute: the working folder is another one while it runs.
    """
    storage = folder / "storage"
    found = {name: str(storage / place) for name, place in PLACES.items()}
    if not (storage / PLACES["ROUTER_ARTEFACT"]).exists():
        del found["ROUTER_ARTEFACT"]
    with environment(folder, **found, **given):
        settings = Settings(_env_file=None)
        bench = build(settings, clock=lambda: at) if at else build(settings)
    with running(bench) as url, httpx2.Client(base_url=url, timeout=30, trust_env=False) as http:
        yield http


def command(folder: Path, *arguments: str, **given: str) -> str:
    """What it printed; the exit status is the caller's to judge by that."""
    done = in_process(*arguments, cwd=folder, **{**SETTINGS, **given})
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def figures(text: str) -> list[str]:
    """Every word with a digit in it: what is told, however it is worded."""
    return FIGURE.findall(text)


def answers(http: httpx2.Client, paths: list[str]) -> Json:
    """The body of each GET by its path."""
    found: Json = {}
    for path in paths:
        response = http.get(path)
        assert response.status_code == 200, (path, response.text)
        kind = response.headers["content-type"]
        found[path] = response.json() if kind.startswith("application/json") else response.text
    return found


def told(folder: Path, name: str) -> list[str]:
    """The figures of a command of COMMANDS."""
    return figures(command(folder, *COMMANDS[name]))
