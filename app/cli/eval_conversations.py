"""`call-center eval conversations`: conversations by people who have seen no answer, checked turn by turn."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import copyfile
from typing import Annotated

import typer

from app.cli.console import exit_on_errors, read_settings, show_progress
from app.cli.openings import Half, Language, Ledger, OpenTest, chosen_split, open_half
from app.cli.rehearsal import OFFICE, now, prepared_records, workbench_factory
from app.core.config import Settings
from app.evaluation.cases import part
from app.evaluation.conversations.model import Split, files_of, read_conversations
from app.evaluation.conversations.play import JudgedTurn, play_conversations
from app.evaluation.conversations.readings import join_marks, read_marks
from app.evaluation.conversations.report import headline, report_of, summarize
from app.evaluation.conversations.transcripts import read_run, write_run
from app.main import prepare_environment
from app.services.conversations import ConversationService
from app.telemetry.logs import configure_logging

LEFT_BEHIND = ("-wal", "-shm")
Marks = Annotated[
    list[Path] | None,
    typer.Option("--readings", help="Marks of readers, one JSON object a line. Can be given once a reader."),
]
Played = Annotated[
    Path | None,
    typer.Option(help="Report on the answers in this --out folder of an earlier run; nothing is played."),
]
Out = Annotated[
    Path | None, typer.Option(help="Write report and transcripts to this folder, for people to read.")
]
Only = Annotated[list[str] | None, typer.Option(help="Only this conversation. Can be given more than once.")]


@dataclass(frozen=True, kw_only=True)
class ConversationRequest:
    """`played` is the folder of an earlier run, of which nothing is played again."""

    split: Split
    reason: str | None
    languages: Sequence[str]
    only: Sequence[str]
    concurrency: int
    played: Path | None


def judge_conversations(
    language: Language = None,
    split: Half = "dev",
    open_test: OpenTest = None,
    only: Only = None,
    readings: Marks = None,
    played: Played = None,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Conversations to play at once.")] = 2,
    out: Out = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Exits with 0, or with 2 (wrong usage)."""
    request = ConversationRequest(
        split=chosen_split(split, open_test) if played is None else "test" if split == "test" else "dev",
        reason=open_test,
        languages=language or [],
        only=only or [],
        concurrency=concurrency,
        played=played,
    )
    settings = prepare_rehearsal()
    with exit_on_errors():
        turns, ledger = _judge(request, settings)
        marks = join_marks(read_marks(readings, turns), turns) if readings else None
        report = report_of(turns, request.split, _model_of(turns), marks)
        ledger.close(headline(report))
        if out:
            write_run(report, turns, out)
    typer.echo(report.model_dump_json(indent=2) if as_json else summarize(report))


def _judge(request: ConversationRequest, settings: Settings) -> tuple[list[JudgedTurn], Ledger]:
    if request.played:
        return read_run(request.played), Ledger()
    files = files_of(part("conversations"), "", request.split, request.languages)
    conversations = read_conversations(files)
    ledger = open_half("conversations", request.split, request.reason, files)
    wanted = [c for c in conversations if not request.only or c.id in request.only]
    with open_rehearsals(settings) as service, show_progress("conversations") as advance:
        turns = asyncio.run(play_conversations(wanted, service.world, request.concurrency, advance))
    return turns, ledger


def prepare_rehearsal() -> Settings:
    """Before anything of it is loaded. Exits with 2 for a wrong setting."""
    settings = read_settings(log_level="ERROR")
    prepare_environment()
    configure_logging("CRITICAL", production=False)
    return settings


@contextmanager
def open_rehearsals(settings: Settings) -> Iterator[ConversationService]:
    with prepared_records() as template:
        yield ConversationService(workbench_factory(settings), partial(_stage, template), now)


def _stage(template: Path, folder: Path) -> None:
    """A database that is not open, whatever was there before."""
    office = folder / OFFICE
    for end in LEFT_BEHIND:
        office.with_name(f"{OFFICE}{end}").unlink(missing_ok=True)
    copyfile(template, office)


def _model_of(turns: Sequence[JudgedTurn]) -> str:
    """That of most answers: some are given by the service itself."""
    names = Counter(turn.answer.model for turn in turns if turn.answer.model)
    return next((name for name, _ in names.most_common(1)), "nothing")
