"""`call-center eval import`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import typer

from app.agents.roster import names
from app.cli.console import leave, situations
from app.evaluation.cases import read_set
from app.evaluation.importers import IMPORTED, import_rows, write_set

SHOWN = 10


def import_set(
    file: Path,
    out: Path,
    columns: Mapping[str, str],
    labels: Mapping[str, str],
    lang: str | None,
    industry: str,
    encoding: str | None,
) -> None:
    """Leaves with 2 where nothing could be imported."""
    ours = names()
    if strange := sorted(set(labels.values()) - set(ours)):
        leave(f"{', '.join(strange)}: labels are {', '.join(ours)}.")
    with situations():
        mapping = {**{name: name for name in ours}, **labels}
        if out.exists() and any(case.origin != IMPORTED for case in read_set(out).cases):
            leave(f"{out} was not imported, so it is not replaced; give another --out.")
        done = import_rows(file, columns, mapping, lang, industry, encoding)
        if done.cases:
            write_set(done.cases, out)
    for note in done.notes:
        typer.echo(f"{file.name}: {note}.", err=True)
    for problem in done.problems[:SHOWN]:
        typer.echo(problem, err=True)
    if len(done.problems) > SHOWN:
        typer.echo(f"and {len(done.problems) - SHOWN} more rows that cannot be used", err=True)
    for reason, count in done.skipped.items():
        typer.echo(f"skipped: {reason} ({count})", err=True)
    if not done.cases:
        leave(f"Nothing of {file} could be imported.")
    typer.echo(f"{len(done.cases)} cases -> {out}")
