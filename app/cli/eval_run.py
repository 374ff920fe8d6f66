"""`call-center eval run`. Imported when it runs: the figures need scipy."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.cli.console import opened, settings_of, situations
from app.cli.figures import print_headline
from app.evaluation.costs import CostMatrix, load_costs
from app.evaluation.exports import write_all
from app.evaluation.gates import Gates, broken_gates
from app.evaluation.passes import RunOptions
from app.evaluation.predictions import Run
from app.evaluation.report import Report, build_report
from app.evaluation.runner import OnProgress
from app.services.workbench import Workbench

INTERRUPTED = 130
SHOWN = 3
Limits = Mapping[str, float | bool | None]


@dataclass(frozen=True)
class RunRequest:
    """What was asked for; an empty `router` is the configured one."""

    sets: Sequence[str]
    router: str
    options: RunOptions
    costs: Path | None
    limits: Limits
    out: Path | None
    resume: bool


def measure(order: RunRequest) -> None:
    """Leaves with 0, 1 (a gate is not met) or 2 (wrong usage)."""
    bench = opened(settings_of(log_level="ERROR"))
    with situations():
        costs = costs_of(order.costs, bench.agents)
        run = _run(bench, order)
        report = build_report(run, costs)
        write_all(report, run, bench.evaluation.registry.folder(run.provenance.run_id))
        if order.out:
            write_all(report, run, order.out)
    print_headline(run.provenance.run_id, report.headline, Console())
    _tell_failures(run)
    stand_or_fall(report, order.limits)


def costs_of(path: Path | None, labels: Sequence[str]) -> CostMatrix:
    return load_costs(path, labels) if path else CostMatrix()


def stand_or_fall(report: Report, limits: Limits) -> None:
    """Leaves with 1 where a limit is not met."""
    broken = broken_gates(report.headline, report.comparison, Gates.model_validate(dict(limits)))
    for sentence in broken:
        typer.echo(f"gate not met: {sentence}", err=True)
    if broken:
        raise typer.Exit(1)


def _tell_failures(run: Run) -> None:
    reasons = Counter(p.reason for p in run.predictions if not p.covered)
    for reason, count in reasons.most_common(SHOWN):
        typer.echo(f"no answer: {reason} ({count})", err=True)


def _run(bench: Workbench, order: RunRequest) -> Run:
    try:
        with _bar() as tell:
            return asyncio.run(_measured(bench, order, tell))
    except KeyboardInterrupt:
        typer.echo("Interrupted. The same command with --resume goes on from here.", err=True)
        raise typer.Exit(INTERRUPTED) from None


async def _measured(bench: Workbench, order: RunRequest, tell: OnProgress) -> Run:
    router = order.router or bench.settings.router_name
    try:
        return await bench.evaluation.run(order.sets, router, order.options, tell, order.resume)
    finally:
        await bench.release()


@contextmanager
def _bar() -> Iterator[OnProgress]:
    """On a terminal: done of all, cases a second, time left."""
    columns = (
        BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn()
    )  # fmt: skip
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("cases", total=None, rate="")

        def tell(done: int, total: int) -> None:
            speed = progress.tasks[0].speed
            progress.update(task, completed=done, total=total, rate=f"{speed:.1f}/s" if speed else "")

        yield tell
