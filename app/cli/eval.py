"""`call-center eval run`, and what the commands about runs share: prices, gates, the headline figures."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.cli.console import (
    exit_on_broken_gates,
    exit_on_errors,
    exit_with,
    open_workbench,
    read_settings,
    show_progress,
)
from app.cli.eval_sets import parse_pairs
from app.evaluation.costs import CostMatrix, load_costs
from app.evaluation.exports import write_all
from app.evaluation.gates import Gates, broken_gates
from app.evaluation.metrics import Headline
from app.evaluation.passes import SLICES, RunOptions
from app.evaluation.predictions import Run
from app.evaluation.report import Report, build_report
from app.evaluation.runner import OnProgress
from app.services.workbench import Workbench

INTERRUPTED = 130
SHOWN = 3
Limits = Mapping[str, float | bool | None]
Costs = Annotated[
    Path | None, typer.Option(help="Costs of misrouting, as YAML or JSON: {expected: {predicted: cost}}.")
]
MinAccuracy = Annotated[float | None, typer.Option(min=0, max=1, help="Gate: minimum accuracy, 0..1.")]
MaxMissed = Annotated[
    float | None, typer.Option(min=0, max=1, help="Gate: maximum share of missed escalations, 0..1.")
]
MaxCost = Annotated[float | None, typer.Option(min=0, help="Gate: maximum cost of the run, in dollars.")]
MaxP95 = Annotated[float | None, typer.Option(min=0, help="Gate: maximum 95th percentile of seconds.")]


Router = Annotated[
    str, typer.Option(help="local, llm, cascade, baseline:NAME or url:http://…; default: ROUTER.")
]
Limit = Annotated[int | None, typer.Option(min=1, help="Maximum number of cases, sampled with --seed.")]
Slices = Annotated[
    list[str] | None,
    typer.Option("--slice", help=f"Only cases with key=value; keys are {', '.join(SLICES)}. Repeatable."),
]
Perturb = Annotated[bool, typer.Option("--perturb", help="Also ask with typos, a wrong keyboard layout, …")]
TeacherForced = Annotated[
    bool,
    typer.Option(
        "--teacher-forced", help="Use the labelled agent, not the predicted one, as the serving agent."
    ),
]
Resume = Annotated[bool, typer.Option("--resume", help="Continue the interrupted run of the same command.")]


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """An empty `router` means the configured one."""

    sets: Sequence[str]
    router: str
    options: RunOptions
    resume: bool
    costs: Path | None
    out: Path | None


def run_evaluation(
    sets: Annotated[list[str], typer.Argument(metavar="SET…", help="Names in eval_sets/, or paths.")],
    router: Router = "",
    repeat: Annotated[int, typer.Option(min=1, help="Ask every turn this many times.")] = 1,
    limit: Limit = None,
    slices: Slices = None,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Cases to run at once.")] = 8,
    seed: Annotated[int, typer.Option(help="Seed for --limit, --perturb and the bootstrap.")] = 0,
    perturb: Perturb = False,
    teacher_forced: TeacherForced = False,
    costs: Costs = None,
    min_accuracy: MinAccuracy = None,
    max_missed_escalations: MaxMissed = None,
    max_cost: MaxCost = None,
    max_p95: MaxP95 = None,
    out: Annotated[Path | None, typer.Option(help="Also write the report files to this folder.")] = None,
    resume: Resume = False,
    cache: Annotated[bool, typer.Option(help="Reuse answers that earlier runs paid for.")] = True,
) -> None:
    """Exits with 0, 1 (a gate is not met) or 2 (wrong usage)."""
    options = RunOptions(
        repeat=repeat,
        limit=limit,
        slices=_parse_slices(slices or []),
        concurrency=concurrency,
        seed=seed,
        perturb=perturb,
        teacher_forced=teacher_forced,
        cached=cache,
    )
    request = RunRequest(sets=sets, router=router, options=options, resume=resume, costs=costs, out=out)
    report = _measure_router(request)
    check_gates(report, limits_of(min_accuracy, max_missed_escalations, max_cost, max_p95))


def _parse_slices(given: list[str]) -> dict[str, str]:
    chosen = parse_pairs("--slice", given)
    if unknown := sorted(set(chosen) - set(SLICES)):
        exit_with(f"--slice {unknown[0]}: slices are {', '.join(SLICES)}.")
    return chosen


def _measure_router(request: RunRequest) -> Report:
    """Prints the figures and writes the files of the run."""
    bench = open_workbench(read_settings(log_level="ERROR"))
    with exit_on_errors():
        costs = read_costs(request.costs, bench.agents)
        run = _run(bench, request)
        report = build_report(run, costs)
        write_all(report, run, bench.evaluation.registry.folder(run.provenance.run_id))
        if request.out:
            write_all(report, run, request.out)
    print_headline(report, Console())
    _print_failures(run)
    return report


def limits_of(
    min_accuracy: float | None, max_missed: float | None, max_cost: float | None, max_p95: float | None
) -> dict[str, float | bool | None]:
    return {
        "min_accuracy": min_accuracy,
        "max_missed_escalations": max_missed,
        "max_cost": max_cost,
        "max_p95": max_p95,
    }


def read_costs(path: Path | None, labels: Sequence[str]) -> CostMatrix:
    return load_costs(path, labels) if path else CostMatrix()


def check_gates(report: Report, limits: Limits) -> None:
    """Exits with 1 where a limit is not met."""
    gates = Gates.model_validate(dict(limits))
    exit_on_broken_gates(broken_gates(report.headline, report.comparison, gates))


def print_headline(report: Report, console: Console) -> None:
    headline = report.headline
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), title=None)
    table.add_row("accuracy", headline.accuracy.text)
    table.add_row("missed escalations", headline.missed_escalations.text)
    table.add_row("macro-F1", f"{headline.macro_f1:.3f}" if headline.accuracy.n else "—")
    table.add_row("coverage", headline.coverage.text)
    table.add_row("outcomes", " · ".join(f"{name} {n}" for name, n in headline.outcomes.items() if n))
    table.add_row("cost of mistakes", f"{headline.mistake_cost:g}")
    table.add_row("cost", f"${headline.cost:.4f} ({headline.tokens} tokens)")
    table.add_row("latency", _describe_latency(headline))
    table.add_row("run", report.provenance.run_id)
    console.print(table)


def _describe_latency(headline: Headline) -> str:
    if headline.p50 is None or headline.p95 is None:
        return "— (no answer was timed in this run)"
    percentiles = f"p50 {headline.p50 * 1000:.0f} ms · p95 {headline.p95 * 1000:.0f} ms"
    answered = sum(n for name, n in headline.outcomes.items() if name != "error")
    if headline.timed == answered:
        return percentiles
    return f"{percentiles}  (of {headline.timed} timed in this run)"


def _print_failures(run: Run) -> None:
    reasons = Counter(p.reason for p in run.predictions if not p.covered)
    for reason, count in reasons.most_common(SHOWN):
        typer.echo(f"no answer: {reason} ({count})", err=True)


def _run(bench: Workbench, request: RunRequest) -> Run:
    try:
        with show_progress("cases") as advance:
            return asyncio.run(_ask_router(bench, request, advance))
    except KeyboardInterrupt:
        typer.echo("Interrupted. The same command with --resume continues from here.", err=True)
        raise typer.Exit(INTERRUPTED) from None


async def _ask_router(bench: Workbench, request: RunRequest, advance: OnProgress) -> Run:
    router = request.router or bench.settings.router_name
    try:
        return await bench.evaluation.run(
            request.sets, router, request.options, advance, resume=request.resume
        )
    finally:
        await bench.release()
