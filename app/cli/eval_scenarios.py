"""`call-center eval scenarios`. Imported when it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from app.cli.console import leave, settings_of, situations
from app.cli.progress import bar
from app.core.config import Settings
from app.evaluation.cases import part
from app.evaluation.scenarios.model import Scenario, chosen, read_scenarios
from app.evaluation.scenarios.report import ScenarioReport, Score, score, summary, write_all
from app.evaluation.scenarios.runner import OnProgress, ScenarioOptions
from app.evaluation.scenarios.trial import ScenarioTrial

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from app.evaluation.scenarios.world import Ask
    from app.services.scenarios import ScenarioService


@dataclass(frozen=True)
class ScenarioRequest:
    """What was asked for; without files the shipped scenarios are played."""

    files: Sequence[Path]
    only: Sequence[str]
    options: ScenarioOptions
    simulated: bool
    out: Path | None
    min_pass: float
    as_json: bool


def play(order: ScenarioRequest) -> None:
    """Leaves with 0, 1 (too few passed, or a forbidden action) or 2 (wrong usage)."""
    from app.main import prepare_environment  # noqa: PLC0415
    from app.telemetry import configure_logging  # noqa: PLC0415

    settings = settings_of(log_level="ERROR")
    prepare_environment()
    configure_logging("CRITICAL", production=False)
    if order.simulated and not settings.has_provider:
        leave("--simulated needs a model to play the customer: OPENAI_API_KEY or OPENAI_BASE_URL.")
    with situations():
        scenarios = chosen(read_scenarios(order.files or [part("scenarios")]), order.only)
        report = _played(scenarios, order, settings)
        if order.out:
            write_all(report, order.out)
    typer.echo(report.model_dump_json(indent=2) if order.as_json else summary(report))
    stand_or_fall(report.score, order.min_pass)


def stand_or_fall(figures: Score, min_pass: float) -> None:
    """Leaves with 1 where a gate is not met."""
    broken = []
    if figures.forbidden:
        broken.append(f"forbidden actions: {figures.forbidden}, and there must be none")
    if min_pass and not figures.passed.n:
        broken.append("passed: no dialog can be judged, and what cannot be checked does not pass")
    elif figures.passed.value < min_pass:
        broken.append(f"passed: {figures.passed.value:.3f}, at least {min_pass:g} is wanted")
    for sentence in broken:
        typer.echo(f"gate not met: {sentence}", err=True)
    if broken:
        raise typer.Exit(1)


def _played(scenarios: Sequence[Scenario], order: ScenarioRequest, settings: Settings) -> ScenarioReport:
    from app.cli.rehearsal import rehearsal  # noqa: PLC0415

    with rehearsal(settings) as service, bar("scenarios") as tell:
        trials = asyncio.run(_trials(service, scenarios, order, settings, tell))
    model = settings.openai_model if settings.has_provider else "embedded"
    customer = "simulated" if order.simulated else "scripted"
    return ScenarioReport(model=model, customer=customer, score=score(trials), trials=trials)


async def _trials(
    service: ScenarioService,
    scenarios: Sequence[Scenario],
    order: ScenarioRequest,
    settings: Settings,
    tell: OnProgress,
) -> list[ScenarioTrial]:
    if not order.simulated:
        return await service.run(scenarios, order.options, None, tell)
    from app.adapters.openai.client import openai_model  # noqa: PLC0415

    model = openai_model(settings)
    try:
        return await service.run(scenarios, order.options, asked(model), tell)
    finally:
        await model.aclose()


def asked(model: BaseChatModel) -> Ask:
    """The model in the part of the customer."""

    async def ask(messages: Sequence[tuple[str, str]]) -> str:
        reply = await model.ainvoke(list(messages))
        return str(reply.text)

    return ask
