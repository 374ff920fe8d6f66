"""`call-center kb …`: the options. What the commands do is in sibling modules, imported when one runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import leave

knowledge = typer.Typer(
    help="The knowledge base: your documents beside the shipped articles. Exit status: 2 wrong usage.",
    no_args_is_help=True,
)
SETS = ("knowledge_ru", "knowledge_en")
Lang = Annotated[str | None, typer.Option(help="ru or en; told by the letters if not given.")]


@knowledge.command("add")
def add(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Markdown, HTML, PDF, DOCX or CSV.")],
    agent: Annotated[
        str | None, typer.Option(help="Whose subject it is; guessed piece by piece if not given.")
    ] = None,
    lang: Lang = None,
    name: Annotated[
        str | None, typer.Option(help="What the document is known by; the file's name if not given.")
    ] = None,
) -> None:
    """Add documents, or new versions of them. A running server takes them up by itself."""
    if name and len(files) > 1:
        leave("--name goes with one file.")
    from app.cli.kb_documents import add_files  # noqa: PLC0415

    add_files(files, agent, lang, name)


@knowledge.command("list")
def list_documents(
    versions: Annotated[bool, typer.Option("--versions", help="Old versions too.")] = False,
) -> None:
    """The documents that were added."""
    from app.cli.kb_documents import list_all  # noqa: PLC0415

    list_all(versions)


@knowledge.command("remove")
def remove(name: Annotated[str, typer.Argument(help="As `kb list` tells it.")]) -> None:
    """Remove a document with all its versions."""
    from app.cli.kb_documents import remove_document  # noqa: PLC0415

    remove_document(name)


@knowledge.command("search")
def search(
    question: Annotated[str, typer.Argument(help="In a customer's words.")],
    lang: Lang = None,
    top: Annotated[int, typer.Option(min=1, max=50, help="How many articles.")] = 5,
) -> None:
    """What an agent would find."""
    from app.cli.kb_search import show_found  # noqa: PLC0415

    show_found(question, lang, top)


@knowledge.command("eval")
def evaluate(
    sets: Annotated[
        list[str] | None, typer.Argument(metavar="[SET…]", help=f"{', '.join(SETS)} if not given; or paths.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Does the search find the article that answers? Recall, reciprocal rank, and the misses."""
    from app.cli.kb_eval import measure  # noqa: PLC0415

    measure(sets or list(SETS), as_json=as_json)


@knowledge.command("approve")
def approve(
    question: Annotated[str, typer.Argument(help="A typical question, the same for every customer.")],
    article: Annotated[str, typer.Option(help="Id of the article that answers.")] = "",
    text: Annotated[str, typer.Option(help="An answer of your own instead.")] = "",
    lang: Lang = None,
    by: Annotated[str, typer.Option(help="Who stands for it; the system's user if not given.")] = "",
) -> None:
    """Put an answer into the stock that is given without asking a model."""
    from app.cli.kb_approve import approve_answer  # noqa: PLC0415

    approve_answer(question, article, text, lang, by)
