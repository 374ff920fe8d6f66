"""`call-center kb …`: the documents and the search of the knowledge base."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from app.cli.console import exit_on_errors, exit_with, open_workbench, read_settings, show_progress
from app.core.audit import COMMAND_LINE, acting
from app.core.knowledge import DocumentRecord, Upload
from app.core.models import RELEVANT
from app.core.text import language_of
from app.evaluation.cases import SETS, find
from app.evaluation.retrieval import (
    LabelledQuestion,
    RetrievalFigures,
    RetrievalReport,
    ask,
    read_questions,
    report,
)
from app.services.knowledge.library import KnowledgeService

DEFAULT_SETS = ("knowledge_ru", "knowledge_en")
Lang = Annotated[str | None, typer.Option(help="ru or en; default: detected from the alphabet.")]


def add_documents(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Markdown, HTML, PDF, DOCX or CSV.")],
    agent: Annotated[
        str | None, typer.Option(help="Agent whose subject it is; default: guessed piece by piece.")
    ] = None,
    lang: Lang = None,
    name: Annotated[str | None, typer.Option(help="Name of the document; default: the file's name.")] = None,
) -> None:
    """Exits with 2, and adds nothing, where one file cannot be used."""
    if name and len(files) > 1:
        exit_with("--name goes with one file.")
    uploads = [Upload(name or path.stem, str(path), _read_file(path), agent, lang) for path in files]
    if len({upload.name for upload in uploads}) < len(uploads):
        exit_with("Two of the files have the same name; add them one by one, each with --name.")
    service = _open_knowledge()
    if agent and agent not in service.agents:
        exit_with(f"--agent {agent}: agents are {', '.join(service.agents)}.")
    with exit_on_errors(), acting(COMMAND_LINE), show_progress("embedding") as advance:
        records = service.add(uploads, advance)
    for record in records:
        now = record.current
        typer.echo(f"{record.name}: version {now.version}, {now.articles} pieces ({', '.join(now.langs)})")
        for left_out in now.left_out:
            typer.echo(f"{record.name}: {left_out}.", err=True)


def list_documents(
    versions: Annotated[bool, typer.Option("--versions", help="Show old versions too.")] = False,
) -> None:
    with exit_on_errors():
        records = _open_knowledge().documents()
    if not records:
        typer.echo("There are no documents yet: call-center kb add FILE…")
        return
    whole = Column("document", no_wrap=True)
    table = Table(
        whole, "version", "format", "pieces", "lang", "added", "file", box=None, padding=(0, 2, 0, 0)
    )
    for record in records:
        _add_rows(table, record, versions)
    Console().print(table)


def remove_document(name: Annotated[str, typer.Argument(help="Name as `kb list` shows it.")]) -> None:
    with exit_on_errors(), acting(COMMAND_LINE):
        record = _open_knowledge().remove(name)
    typer.echo(f"Removed {record.name} with {len(record.versions)} versions.")


def search_articles(
    question: Annotated[str, typer.Argument(help="Question in a customer's words.")],
    lang: Lang = None,
    top: Annotated[int, typer.Option(min=1, max=50, help="Number of articles.")] = 5,
) -> None:
    service = _open_knowledge()
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
        typer.echo(f"No score reaches {RELEVANT}: an agent would not answer from these articles.", err=True)


def evaluate_search(
    sets: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SET…]", help=f"Names or paths; default: {', '.join(DEFAULT_SETS)}."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    with exit_on_errors():
        questions = [q for name in sets or DEFAULT_SETS for q in read_questions(_find_set(name))]
    done = _ask_questions(questions)
    if as_json:
        typer.echo(done.model_dump_json(indent=1))
    else:
        _print_report(done, Console())


def approve_answer(
    question: Annotated[str, typer.Argument(help="A typical question, the same for every customer.")],
    article: Annotated[str, typer.Option(help="Id of the article that answers it.")] = "",
    text: Annotated[str, typer.Option(help="An answer of your own instead.")] = "",
    lang: Lang = None,
    by: Annotated[str, typer.Option(help="Who approves it; default: the user of the system.")] = "",
) -> None:
    if bool(article) == bool(text):
        exit_with("Give either --article or --text.")
    with exit_on_errors(), acting(COMMAND_LINE):
        answer = _open_knowledge().approve(
            question, lang or language_of(question), by or getpass.getuser(), article, text
        )
    typer.echo(f"Approved by {answer.by}: {answer.question} -> {answer.article_id or answer.text}")


def _open_knowledge() -> KnowledgeService:
    return open_workbench(read_settings(log_level="ERROR")).knowledge


def _read_file(path: Path) -> bytes:
    if path.is_dir():
        exit_with(f"{path} is a folder; give files.")
    try:
        return path.read_bytes()
    except OSError as error:
        exit_with(f"{path} cannot be read: {error.strerror}.")


def _add_rows(table: Table, record: DocumentRecord, versions: bool) -> None:
    for each in reversed(record.versions if versions else record.versions[-1:]):
        added = each.added.strftime("%Y-%m-%d %H:%M UTC")
        langs = ", ".join(each.langs)
        table.add_row(
            record.name, str(each.version), each.format, str(each.articles), langs, added, each.file
        )


def _find_set(name: str) -> Path:
    path = find(name)
    if path is None:
        exit_with(f"There is no set {name}, neither as a file nor in {SETS}.")
    return path


def _ask_questions(questions: Sequence[LabelledQuestion]) -> RetrievalReport:
    service = _open_knowledge()

    def search(question: str, lang: str, top: int) -> list[str]:
        return [passage.article.id for passage in service.search(question, lang, None, top)]

    answers = []
    with show_progress("asking") as advance:
        for number, question in enumerate(questions, 1):
            answers.append(ask(search, question))
            advance(number, len(questions))
    return report(answers)


def _print_report(done: RetrievalReport, console: Console) -> None:
    table = Table("", "n", "recall@1", "recall@5", "MRR", box=None, padding=(0, 2, 0, 0))
    for name, figures in {"all": done.overall, **done.by_language}.items():
        table.add_row(name, *_row(figures))
    console.print(table)
    if done.misses:
        console.print(f"\n{len(done.misses)} not among the first five:")
    for miss in done.misses:
        wanted, found = ", ".join(miss.question.articles), ", ".join(miss.found[:3])
        console.print(
            f"  {miss.question.id}  {miss.question.text}", soft_wrap=True, markup=False, highlight=False
        )
        console.print(f"      wanted {wanted}; found {found}", soft_wrap=True, markup=False, highlight=False)


def _row(figures: RetrievalFigures) -> tuple[str, str, str, str]:
    return str(figures.n), figures.recall_at_1.text, figures.recall_at_5.text, f"{figures.mrr:.3f}"
