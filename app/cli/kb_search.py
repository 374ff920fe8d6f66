"""`call-center kb search`."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.table import Column, Table

from app.cli.kb_documents import service_of
from app.core.models import RELEVANT


def show_found(question: str, lang: str | None, top: int) -> None:
    service = service_of()
    found = service.search(question, lang or service.language_of(question), None, top)
    if not found:
        typer.echo("Nothing found.")
        return
    table = Table("score", Column("article", no_wrap=True), "agent", "title", "document", box=None)
    for passage in found:
        article = passage.article
        source = f"{article.source} v{article.version}" if article.source else ""
        table.add_row(f"{passage.score:.2f}", article.id, article.agent, article.title, source)
    Console().print(table)
    if found[0].score < RELEVANT:
        typer.echo(f"None is near enough ({RELEVANT}) for an agent to answer from.", err=True)
