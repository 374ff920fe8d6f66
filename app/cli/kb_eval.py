"""`call-center kb eval`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from app.cli.console import leave, situations
from app.cli.kb_documents import service_of
from app.cli.progress import bar
from app.core.stats import Interval
from app.evaluation.cases import SETS, find
from app.evaluation.retrieval import (
    LabelledQuestion,
    RetrievalFigures,
    RetrievalReport,
    ask,
    read_questions,
    report,
)


def measure(sets: Sequence[str], *, as_json: bool) -> None:
    with situations():
        questions = [question for name in sets for question in read_questions(_path(name))]
    done = _report(questions)
    if as_json:
        typer.echo(done.model_dump_json(indent=1))
    else:
        _print(done, Console())


def _report(questions: Sequence[LabelledQuestion]) -> RetrievalReport:
    service = service_of()

    def search(question: str, lang: str, top: int) -> list[str]:
        return [passage.article.id for passage in service.search(question, lang, None, top)]

    asked = []
    with bar("asking") as tell:
        for number, question in enumerate(questions, 1):
            asked.append(ask(search, question))
            tell(number, len(questions))
    return report(asked)


def _path(name: str) -> Path:
    path = find(name)
    if path is None:
        leave(f"There is no set {name}, neither as a file nor in {SETS}.")
    return path


def _print(done: RetrievalReport, console: Console) -> None:
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
    first, five = _share(figures.recall_at_1), _share(figures.recall_at_5)
    return str(figures.n), first, five, f"{figures.mrr:.3f}"


def _share(interval: Interval) -> str:
    return f"{interval.value:.1%} ({interval.low:.1%}…{interval.high:.1%})"
