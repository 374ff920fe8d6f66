"""`call-center crm …`: the options. What the commands do is in app/cli/crm_try.py."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from app.cli.console import leave, settings_of, situations

crm = typer.Typer(
    help="The CRM that is told of events. Exit status: 0 fine, 1 not delivered or twice, 2 wrong usage.",
    no_args_is_help=True,
)


@crm.callback()
def _group() -> None:
    """A group even while it has one command."""


@crm.command("status")
def status(
    limit: Annotated[int, typer.Option(min=1, help="So many dead letters, the oldest first.")] = 20,
) -> None:
    """What waits for the CRM, and the dead letters. Exit status 1 where there are some."""
    settings = settings_of()
    from app.cli.outbox import show  # noqa: PLC0415

    with situations():
        fine = show(settings, limit)
    raise typer.Exit(0 if fine else 1)


@crm.command("retry")
def retry(
    event: Annotated[list[str] | None, typer.Argument(metavar="EVENT…", help="Ids of dead letters.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All dead letters.")] = False,
) -> None:
    """Have dead letters delivered after all; a server that runs takes them up."""
    if bool(event) == everything:
        leave("Name the dead letters, or say --all.")
    settings = settings_of()
    from app.cli.outbox import revive  # noqa: PLC0415

    with situations():
        fine = revive(settings, event or [None])
    raise typer.Exit(0 if fine else 1)


@crm.command("test")
def try_connection(
    send: Annotated[
        bool,
        typer.Option("--send", help="Deliver a test event of customer crm_test, twice, and look for it."),
    ] = False,
) -> None:
    """Say what is configured and try the connection."""
    settings = settings_of()
    from app.cli.crm_try import try_out  # noqa: PLC0415

    with situations():
        fine = asyncio.run(try_out(settings, send))
    raise typer.Exit(0 if fine else 1)
