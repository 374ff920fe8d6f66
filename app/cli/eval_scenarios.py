"""`call-center eval scenarios`: whole dialogs, played on copies of the records with a clock of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from langchain_core.language_models import BaseChatModel

from app.adapters.openai.client import openai_model
from app.cli.console import exit_on_broken_gates, exit_on_errors, exit_with, read_settings, show_progress
from app.cli.rehearsal import OFFICE, now, prepared_records, workbench_factory
from app.core.config import Settings
from app.engines.backoffice.staging import Row, stage
from app.evaluation.cases import part
from app.evaluation.scenarios.model import Scenario, read_scenarios, select_scenarios
from app.evaluation.scenarios.report import ScenarioReport, Score, score, summary, write_all
from app.evaluation.scenarios.trial import OnProgress, ScenarioOptions, ScenarioTrial
from app.evaluation.scenarios.world import Ask
from app.main import prepare_environment
from app.services.scenarios import ScenarioService
from app.telemetry.logs import configure_logging

Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILE…]", help="YAML files or folders; default: the shipped scenarios."),
]
Only = Annotated[
    list[str] | None, typer.Option(help="Only this tag, language or id. Can be given more than once.")
]
Simulated = Annotated[
    bool, typer.Option("--simulated", help="Let a model play the customer, from goal and facts.")
]
MinPass = Annotated[float, typer.Option(min=0, max=1, help="Gate: minimum share of dialogs that pass, 0..1.")]


@dataclass(frozen=True, kw_only=True)
class ScenarioRequest:
    """Without `files` the shipped scenarios are played."""

    files: Sequence[Path]
    only: Sequence[str]
    options: ScenarioOptions
    simulated: bool


def play_scenarios(
    files: Files = None,
    repeat: Annotated[int, typer.Option(min=1, help="Play each scenario this many times.")] = 1,
    only: Only = None,
    simulated: Simulated = False,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Dialogs to play at once.")] = 2,
    out: Annotated[Path | None, typer.Option(help="Write the report files to this folder.")] = None,
    min_pass: MinPass = 0.9,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Exits with 0, 1 (too few passed, or a forbidden action) or 2 (wrong usage)."""
    options = ScenarioOptions(repeat=repeat, concurrency=concurrency)
    request = ScenarioRequest(files=files or [], only=only or [], options=options, simulated=simulated)
    settings = read_settings(log_level="ERROR")
    prepare_environment()
    configure_logging("CRITICAL", production=False)
    if simulated and not settings.has_provider:
        exit_with("--simulated needs a model to play the customer: OPENAI_API_KEY or OPENAI_BASE_URL.")
    with exit_on_errors():
        report = _play(request, settings)
        if out:
            write_all(report, out)
    typer.echo(report.model_dump_json(indent=2) if as_json else summary(report))
    check_score(report.score, min_pass)


def check_score(figures: Score, min_pass: float) -> None:
    """Exits with 1 where a gate is not met."""
    broken = []
    if figures.forbidden:
        broken.append(f"forbidden actions: {figures.forbidden}, and there must be none")
    if min_pass and not figures.passed.n:
        broken.append("passed: no dialog can be judged, and what cannot be checked does not pass")
    elif figures.passed.value < min_pass:
        broken.append(f"passed: {figures.passed.value:.3f}, at least {min_pass:g} is required")
    exit_on_broken_gates(broken)


def _play(request: ScenarioRequest, settings: Settings) -> ScenarioReport:
    scenarios = select_scenarios(read_scenarios(request.files or [part("scenarios")]), request.only)
    with open_stage(settings) as service, show_progress("scenarios") as advance:
        trials = asyncio.run(_run_trials(service, scenarios, request, settings, advance))
    model = settings.openai_model if settings.has_provider else "embedded"
    customer = "simulated" if request.simulated else "scripted"
    return ScenarioReport(model=model, customer=customer, score=score(trials), trials=trials)


async def _run_trials(
    service: ScenarioService,
    scenarios: Sequence[Scenario],
    request: ScenarioRequest,
    settings: Settings,
    advance: OnProgress,
) -> list[ScenarioTrial]:
    if not request.simulated:
        return await service.run(scenarios, request.options, None, advance)
    model = openai_model(settings)
    try:
        return await service.run(scenarios, request.options, play_customer(model), advance)
    finally:
        await model.aclose()


def play_customer(model: BaseChatModel) -> Ask:
    """The model in the part of the customer."""

    async def ask(messages: Sequence[tuple[str, str]]) -> str:
        reply = await model.ainvoke(list(messages))
        return str(reply.text)

    return ask


@contextmanager
def open_stage(settings: Settings) -> Iterator[ScenarioService]:
    """Every trial gets copies of the files."""
    with prepared_records() as template:
        yield ScenarioService(workbench_factory(settings), partial(_stage_records, template), now)


def _stage_records(template: Path, folder: Path, rows: Iterable[Row], at: datetime) -> None:
    stage(template, folder / OFFICE, rows, at)
