"""`call-center db …`: the options. What the commands do is in sibling modules, imported when one runs."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.console import settings_of

records = typer.Typer(help="The records of the embedded back office.", no_args_is_help=True)


@records.command("status")
def status() -> None:
    """Where the records are, and how many there are."""
    from app.cli.db_commands import show  # noqa: PLC0415

    show(settings_of())


@records.command("seed")
def seed() -> None:
    """Bring the tables up to date, and give a database without customers the demo data."""
    from app.cli.db_commands import fill_in  # noqa: PLC0415

    fill_in(settings_of())


@records.command("reset")
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    force: Annotated[bool, typer.Option("--force", help="In production too.")] = False,
) -> None:
    """Delete every record, and write the demo data anew."""
    from app.cli.db_commands import start_over  # noqa: PLC0415

    start_over(settings_of(), yes, force)
