"""`call-center audit …`: who did what, and whether the log is whole."""

from __future__ import annotations

from collections import deque
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.bootstrap.access import audit_of
from app.cli.console import exit_on_errors, read_settings


def verify_log(
    expect: Annotated[
        str | None,
        typer.Option(metavar="SHA256", help="Of a line that was the last once; it must still be there."),
    ] = None,
) -> None:
    """Exits with 1 for a broken log."""
    with exit_on_errors():
        log = audit_of(read_settings())
        found = log.verify()
        missing = expect is not None and expect not in {found.last, *(e.before for e in log.entries())}
    if found.line is not None:
        typer.echo(f"Line {found.line}: {found.problem}.", err=True)
        raise typer.Exit(1)
    if missing:
        typer.echo(f"No line has the SHA-256 {expect}.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{found.lines} lines, whole. SHA-256 of the last: {found.last}")


def list_log(
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest.")] = 50,
    about: Annotated[str, typer.Option(help="Only lines about this dialog, approval or key.")] = "",
) -> None:
    with exit_on_errors():
        found = (entry for entry in audit_of(read_settings()).entries() if entry.about.startswith(about))
        latest = deque(found, limit)
    table = Table("line", "at", "who", "what", "about", "outcome")
    for entry in latest:
        at = f"{entry.at:%Y-%m-%d %H:%M:%S}"
        table.add_row(str(entry.n), at, entry.who, entry.what, entry.about, entry.outcome)
    Console(width=None if Console().is_terminal else 200).print(table)
