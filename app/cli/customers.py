"""`call-center customers …`: all data of one customer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from app.cli.console import exit_on_errors, exit_with, open_workbench, read_settings
from app.core import durable
from app.core.audit import COMMAND_LINE, acting
from app.services.privacy.customer_data import Counts, CustomerData
from app.services.workbench import Workbench

T = TypeVar("T")
CustomerId = Annotated[str, typer.Argument(metavar="ID", help="As given when a dialog is opened.")]


def export_customer(
    customer_id: CustomerId,
    out: Annotated[Path, typer.Option(help="The ZIP file to write; only you may read it.")],
) -> None:
    with exit_on_errors():
        content = _with_data(lambda data: data.export(customer_id, COMMAND_LINE))
        durable.write(out, content, durable.OWNER)
    typer.echo(f"{out}: {len(content)} bytes")


def delete_customer(
    customer_id: CustomerId,
    yes: Annotated[bool, typer.Option("--yes", help="Delete; without it the records are counted.")] = False,
) -> None:
    with exit_on_errors():
        _print_counts(_with_data(lambda data: data.count(customer_id)))
        if not yes:
            typer.echo("Nothing was deleted; --yes deletes it for good.", err=True)
            return
        _with_data(lambda data: data.delete(customer_id, COMMAND_LINE))
    typer.echo("Deleted.", err=True)


def prune_dialogs() -> None:
    settings = read_settings()
    if not settings.retention_days:
        exit_with("RETENTION_DAYS is 0: dialogs are kept.")
    with exit_on_errors(), acting(COMMAND_LINE):
        count = _with_bench(lambda bench: bench.privacy.retention.prune())
    typer.echo(f"Deleted: {count}. RETENTION_DAYS is {settings.retention_days}.")


def _with_data(work: Callable[[CustomerData], Awaitable[T]]) -> T:
    return _with_bench(lambda bench: work(bench.privacy.customers))


def _with_bench(work: Callable[[Workbench], Awaitable[T]]) -> T:
    """Beside a server that runs, or without one."""
    bench = open_workbench(read_settings())

    async def run() -> T:
        await bench.dialogs.store.open()
        try:
            return await work(bench)
        finally:
            await bench.release()
            await bench.dialogs.store.close()

    return asyncio.run(run())


def _print_counts(counts: Counts) -> None:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for kind, count in counts.items():
        table.add_row(kind, str(count))
    Console().print(table)
