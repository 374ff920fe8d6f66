"""`call-center kb add|list|remove`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Column, Table

from app.cli.console import leave, opened, settings_of, situations
from app.cli.progress import bar
from app.core.knowledge import DocumentRecord, Upload
from app.services.knowledge.library import KnowledgeService


def add_files(files: Sequence[Path], agent: str | None, lang: str | None, name: str | None) -> None:
    """Leaves with 2, and nothing added, where one file cannot be used."""
    uploads = [Upload(name or path.stem, str(path), _read(path), agent, lang) for path in files]
    if len({upload.name for upload in uploads}) < len(uploads):
        leave("Two of the files have one name; add them apart, each with --name.")
    service = service_of()
    if agent and agent not in service.agents:
        leave(f"--agent {agent}: agents are {', '.join(service.agents)}.")
    with situations(), bar("embedding") as tell:
        records = service.add(uploads, tell)
    for record in records:
        now = record.current
        typer.echo(f"{record.name}: version {now.version}, {now.articles} pieces ({', '.join(now.langs)})")
        for left_out in now.left_out:
            typer.echo(f"{record.name}: {left_out}.", err=True)


def list_all(versions: bool) -> None:
    with situations():
        records = service_of().documents()
    if not records:
        typer.echo("There are no documents yet: call-center kb add FILE…")
        return
    whole = Column("document", no_wrap=True)
    table = Table(
        whole, "version", "format", "pieces", "lang", "added", "file", box=None, padding=(0, 2, 0, 0)
    )
    for record in records:
        _rows(table, record, versions)
    Console().print(table)


def remove_document(name: str) -> None:
    with situations():
        record = service_of().remove(name)
    typer.echo(f"Removed {record.name} with {len(record.versions)} versions.")


def service_of() -> KnowledgeService:
    return opened(settings_of(log_level="ERROR")).knowledge


def _rows(table: Table, record: DocumentRecord, versions: bool) -> None:
    for each in reversed(record.versions if versions else record.versions[-1:]):
        added = each.added.strftime("%Y-%m-%d %H:%M UTC")
        langs = ", ".join(each.langs)
        table.add_row(
            record.name, str(each.version), each.format, str(each.articles), langs, added, each.file
        )


def _read(path: Path) -> bytes:
    if path.is_dir():
        leave(f"{path} is a folder; give files.")
    try:
        return path.read_bytes()
    except OSError as error:
        leave(f"{path} cannot be read: {error.strerror}.")
