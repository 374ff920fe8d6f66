"""`call-center kb approve`."""

from __future__ import annotations

import getpass

import typer

from app.cli.console import leave, situations
from app.cli.kb_documents import service_of
from app.core.text import language_of


def approve_answer(question: str, article: str, text: str, lang: str | None, by: str) -> None:
    if bool(article) == bool(text):
        leave("Give --article or --text, one of them.")
    with situations():
        approval = service_of().approve(
            question, lang or language_of(question), by or getpass.getuser(), article, text
        )
    typer.echo(f"Approved by {approval.by}: {approval.question} -> {approval.article_id or approval.text}")
