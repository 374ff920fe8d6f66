"""`call-center eval check`."""

from __future__ import annotations

from pathlib import Path

import typer

from app.agents.roster import names
from app.cli.console import leave, situations
from app.evaluation.cases import home
from app.evaluation.check import check


def check_sets(given: Path | None) -> None:
    """Leaves with 1 where a finding refuses the sets; warnings are for a person to judge."""
    folder = given or home()
    if not folder.is_dir():
        leave(f"{folder} is not a folder.")
    with situations():
        findings = check(folder, names())
    for finding in findings:
        typer.echo(f"{finding.severity}: {finding.where}: {finding.problem}")
    refused = sum(finding.severity == "error" for finding in findings)
    typer.echo(f"{refused} errors, {len(findings) - refused} warnings.", err=True)
    if refused:
        raise typer.Exit(1)
