"""`call-center db status|seed|reset`. Imported when one runs: the tables need SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.table import Table

from app.cli.console import leave, situations
from app.core.config import Settings
from app.engines.backoffice.database import shown
from app.engines.backoffice.office import SqlBackOffice


def show(settings: Settings) -> None:
    with _opened(settings) as office:
        _summary(office, settings)


def fill_in(settings: Settings) -> None:
    """Leaves with 2 where there are customers already."""
    with _opened(settings) as office:
        if not office.seed():
            leave("There are customers already; `call-center db reset` starts over.")
        _summary(office, settings)


def start_over(settings: Settings, yes: bool, force: bool) -> None:
    """Leaves with 2 in production, unless forced; with 1 where the answer is no."""
    if settings.environment == "production" and not force:
        leave("This is production: every record would be lost. --force does it all the same.")
    if not yes:
        typer.confirm(f"Delete every record in {shown(settings.backoffice_storage)}?", abort=True)
    with _opened(settings) as office:
        office.reset()
        _summary(office, settings)


@contextmanager
def _opened(settings: Settings) -> Iterator[SqlBackOffice]:
    office = SqlBackOffice(settings.backoffice_storage, settings.policy)
    with situations():
        try:
            yield office
        finally:
            office.close()


def _summary(office: SqlBackOffice, settings: Settings) -> None:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, count in office.counts().items():
        table.add_row(name, str(count))
    typer.echo(shown(settings.backoffice_storage), err=True)
    Console().print(table)
