"""Opening a test half: only with a reason, and every opening is logged beside the conversations."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import exit_with
from app.evaluation.cases import part
from app.evaluation.conversations.model import Split
from app.evaluation.conversations.openings import (
    LOG,
    Opening,
    count_openings,
    digest_of,
    log_figures,
    log_opening,
)

Language = Annotated[list[str] | None, typer.Option(help="Only this language. Can be given more than once.")]
Half = Annotated[str, typer.Option("--split", help="dev, or test with --open-test.")]
OpenTest = Annotated[
    str | None,
    typer.Option(metavar="REASON", help="Why the test half is opened: logged with date, commit and figures."),
]


@dataclass(frozen=True)
class Ledger:
    """Without an opening nothing is logged: the half is open to everybody."""

    opening: Opening | None = None

    def close(self, figures: Mapping[str, float]) -> None:
        if self.opening:
            log_figures(_log(), self.opening, figures)


def chosen_split(split: str, reason: str | None) -> Split:
    """Exits with 2 for a test half without a reason."""
    if split not in ("dev", "test"):
        exit_with(f"--split {split}: splits are dev, test.")
    if split == "test" and not (reason or "").strip():
        exit_with('The test half is opened with --open-test "reason" only; the opening is logged.')
    if split == "dev" and reason is not None:
        exit_with("--open-test goes with --split test.")
    return "test" if split == "test" else "dev"


def open_half(what: str, split: Split, reason: str | None, files: Sequence[Path]) -> Ledger:
    """Logs the opening before anything is played."""
    if split == "dev":
        return Ledger()
    before = count_openings(_log(), what)
    opening = Opening(
        date=datetime.now(UTC).replace(microsecond=0),
        commit=find_commit(),
        what=what,
        reason=str(reason).strip(),
        digest=digest_of(files),
    )
    log_opening(_log(), opening)
    typer.echo(f"Test half of {what} opened; it had been opened {before} times before.", err=True)
    return Ledger(opening)


def find_commit() -> str:
    """Of the working tree, marked where it has changes; outside a checkout the version."""
    git = shutil.which("git")
    if git is None:
        return version("call-center-agents")
    told = [_run(git, "rev-parse", "--short=12", "HEAD"), _run(git, "status", "--porcelain", "-uno")]
    if told[0] is None:
        return version("call-center-agents")
    return f"{told[0]}{'+changes' if told[1] else ''}"


def _run(git: str, *arguments: str) -> str | None:
    done = subprocess.run([git, *arguments], capture_output=True, encoding="utf-8", check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def _log() -> Path:
    return part("conversations") / LOG
