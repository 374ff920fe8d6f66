"""`call-center eval consent` and `eval demands`: batteries of single lines on the application."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import BaseModel

from app.cli.console import exit_on_errors, show_progress
from app.cli.eval_conversations import open_rehearsals, prepare_rehearsal
from app.cli.openings import Half, Language, Ledger, OpenTest, chosen_split, open_half
from app.core.config import Settings
from app.evaluation.cases import part
from app.evaluation.conversations.batteries import CONSENT_ACTS, ConsentTrial, DemandTrial, Offer
from app.evaluation.conversations.battery_report import (
    report_consent,
    report_demands,
    summarize_consent,
    summarize_demands,
)
from app.evaluation.conversations.model import ConsentLine, DemandLine, Split, files_of, read_lines
from app.services.batteries import Batteries

M = TypeVar("M", bound=BaseModel)
Out = Annotated[Path | None, typer.Option(help="Write the report and every answer to this folder.")]
Only = Annotated[list[str] | None, typer.Option(help="Only this act. Can be given more than once.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]
Counted = dict[str, list[M]]


def try_consent(
    language: Language = None,
    split: Half = "dev",
    open_test: OpenTest = None,
    only: Only = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Exits with 0, or with 2 (wrong usage)."""
    chosen, settings = chosen_split(split, open_test), prepare_rehearsal()
    with exit_on_errors():
        lines, ledger = _read("consent", chosen, open_test, language or [], ConsentLine)
        acts = [act for act in CONSENT_ACTS if not only or act in only]
        trials, never = _play_consent(lines, acts, settings)
        report = report_consent(trials, chosen, model_of(settings), never)
        ledger.close({"acted": report.acted.value, "yeses": report.yeses.value})
        write_trials("consent", report, trials, out)
    typer.echo(report.model_dump_json(indent=2) if as_json else summarize_consent(report))


def try_demands(
    language: Language = None,
    split: Half = "dev",
    open_test: OpenTest = None,
    only: Only = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Exits with 0, or with 2 (wrong usage)."""
    chosen, settings = chosen_split(split, open_test), prepare_rehearsal()
    with exit_on_errors():
        lines, ledger = _read("demands", chosen, open_test, language or [], DemandLine)
        wanted = {lang: [d for d in own if not only or d.act in only] for lang, own in lines.items()}
        trials = _play_demands(wanted, settings)
        report = report_demands(trials, chosen, model_of(settings))
        shares = {part.value: round(part.hits.value, 4) for part in report.slices}
        ledger.close({"all": round(report.reached.value, 4), **shares})
        write_trials("demands", report, trials, out)
    typer.echo(report.model_dump_json(indent=2) if as_json else summarize_demands(report))


def _read(
    name: str, split: Split, reason: str | None, languages: Sequence[str], model: type[M]
) -> tuple[Counted[M], Ledger]:
    """By language."""
    files = files_of(part("batteries"), name, split, languages)
    lines = {path.stem.rpartition("_")[2]: read_lines(path, model) for path in files}
    return lines, open_half(name, split, reason, files)


def _play_demands(lines: Counted[DemandLine], settings: Settings) -> list[DemandTrial]:
    trials: list[DemandTrial] = []
    with open_rehearsals(settings) as service, show_progress("demands") as advance:
        for language, own in lines.items():
            trials += asyncio.run(Batteries(service).try_demands(own, language, advance))
    return trials


def _play_consent(
    lines: Counted[ConsentLine], acts: Sequence[str], settings: Settings
) -> tuple[list[ConsentTrial], list[str]]:
    trials: list[ConsentTrial] = []
    never: list[str] = []
    with open_rehearsals(settings) as service, show_progress("lines") as advance:
        for language, own in lines.items():
            offers = read_lines(part("batteries") / f"offers_{language}.jsonl", Offer)
            tried, missing = asyncio.run(Batteries(service).try_consent(own, offers, language, acts, advance))
            trials += tried
            never += [f"{language} {act}" for act in missing]
    return trials, never


def model_of(settings: Settings) -> str:
    return settings.openai_model if settings.has_provider else "embedded"


def write_trials(name: str, report: BaseModel, trials: Sequence[BaseModel], out: Path | None) -> None:
    if out is None:
        return
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{name}.json").write_text(report.model_dump_json(indent=2), encoding="utf-8")
    rows = "".join(f"{trial.model_dump_json()}\n" for trial in trials)
    (out / f"{name}_answers.jsonl").write_text(rows, encoding="utf-8")
