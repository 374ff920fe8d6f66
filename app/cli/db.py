"""`call-center db …`: the records of the embedded back office."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.cli.console import exit_on_errors, exit_with, read_settings
from app.core.company import in_use
from app.core.config import Settings
from app.engines.backoffice.database import mask_password
from app.engines.backoffice.office import SqlBackOffice


def show_records() -> None:
    settings = read_settings()
    with _open_office(settings) as office:
        _print_counts(office, settings)


def seed_records() -> None:
    """Exits with 2 where there are customers already."""
    settings = read_settings()
    with _open_office(settings) as office:
        if not office.seed():
            exit_with("There are customers already; `call-center db reset` starts over.")
        _print_counts(office, settings)


def reset_records(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Allow it in production.")] = False,
) -> None:
    """Exits with 2 in production, unless forced; with 1 where the answer is no."""
    settings = read_settings()
    if settings.environment == "production" and not force:
        exit_with("This is production: every record would be lost. --force does it anyway.")
    if not yes:
        typer.confirm(f"Delete every record in {mask_password(settings.backoffice_storage)}?", abort=True)
    with _open_office(settings) as office:
        office.reset()
        _print_counts(office, settings)


@contextmanager
def _open_office(settings: Settings) -> Iterator[SqlBackOffice]:
    office = SqlBackOffice(settings.backoffice_storage, settings.policy_of(in_use().policy))
    with exit_on_errors():
        try:
            yield office
        finally:
            office.close()


def _print_counts(office: SqlBackOffice, settings: Settings) -> None:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, count in office.counts().items():
        table.add_row(name, str(count))
    typer.echo(mask_password(settings.backoffice_storage), err=True)
    Console().print(table)
