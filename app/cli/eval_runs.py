"""`call-center eval list`, `show`, `delete`, `report` and `compare`: the runs that are kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from app.cli.console import exit_on_errors, read_settings
from app.cli.eval import (
    Costs,
    MaxCost,
    MaxMissed,
    MaxP95,
    MinAccuracy,
    check_gates,
    limits_of,
    print_headline,
    read_costs,
)
from app.core.text import shorten
from app.evaluation.compare import Comparison, Pair, compare
from app.evaluation.html import render
from app.evaluation.metrics import AgentScore
from app.evaluation.registry import Registry
from app.evaluation.report import Report, build_report

ID_WIDTH = 20  # characters: an id that is cut is of no use
SHOWN, WIDTH = 20, 80
Name = Annotated[str, typer.Argument(help="An id, the unique beginning of one, or `latest`.")]


def list_runs() -> None:
    registry = _open_registry()
    runs = registry.list()
    if not runs:
        typer.echo("There are no runs yet: call-center eval run routing_ru --router local")
        return
    whole = Column("run", no_wrap=True, min_width=ID_WIDTH)
    table = Table(whole, "router", "sets", "turns", "accuracy", box=None, padding=(0, 2, 0, 0))
    for p in runs:
        turns, accuracy = _read_result(registry.folder(p.run_id)) if p.finished else ("—", "interrupted")
        table.add_row(p.run_id, p.router, ", ".join(s.name for s in p.sets), turns, accuracy)
    Console().print(table)


def show_run(run_id: Name = "latest", costs: Costs = None) -> None:
    report, console = _load_report(run_id, costs), Console()
    print_headline(report, console)
    _print_agents(report.agents, console)
    _print_confusion(report, console)
    _print_provenance(report, console)


def delete_run(run_id: Annotated[str, typer.Argument(help="An id or the unique beginning of one.")]) -> None:
    with exit_on_errors():
        typer.echo(f"Deleted {_open_registry().delete(run_id)}.")


def write_report(
    html: Annotated[Path, typer.Option(help="File to write.")],
    run_id: Name = "latest",
    costs: Costs = None,
) -> None:
    report = _load_report(run_id, costs)
    with exit_on_errors():
        html.write_text(render(report), encoding="utf-8")
    typer.echo(f"{report.provenance.run_id} -> {html}")


def compare_runs(
    a: Annotated[
        str, typer.Argument(metavar="A", help="Baseline: an id, the unique beginning of one, or `latest`.")
    ],
    b: Annotated[str, typer.Argument(metavar="B", help="Candidate.")],
    gate: Annotated[bool, typer.Option("--gate", help="Exit 1 if B is significantly worse.")] = False,
    costs: Costs = None,
    min_accuracy: MinAccuracy = None,
    max_missed_escalations: MaxMissed = None,
    max_cost: MaxCost = None,
    max_p95: MaxP95 = None,
    html: Annotated[
        Path | None, typer.Option(help="Write the report of B, with the comparison, to this file.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed for the bootstrap.")] = 0,
) -> None:
    registry, console = _open_registry(), Console()
    with exit_on_errors():
        baseline, candidate = registry.load(a), registry.load(b)
        prices = read_costs(costs, candidate.provenance.labels)
        comparison = compare(baseline, candidate, seed)
        report = build_report(candidate, prices, comparison, baseline)
        if html:
            html.write_text(render(report), encoding="utf-8")
    console.print(comparison.sentence, highlight=False)
    _print_pairs("fixed", comparison.fixed, console)
    _print_pairs("broken", comparison.broken, console)
    _print_differences(comparison, console)
    print_headline(report, console)
    limits = limits_of(min_accuracy, max_missed_escalations, max_cost, max_p95)
    check_gates(report, {**limits, "no_significant_loss": gate})


def _open_registry() -> Registry:
    return Registry(read_settings().eval_runs)


def _load_report(run_id: str, costs: Path | None) -> Report:
    with exit_on_errors():
        run = _open_registry().load(run_id)
        return build_report(run, read_costs(costs, run.provenance.labels))


def _read_result(folder: Path) -> tuple[str, str]:
    """Number of turns and accuracy, from the report that was written at the end of the run."""
    try:
        headline = json.loads((folder / "report.json").read_text(encoding="utf-8"))["headline"]
        accuracy = headline["accuracy"]
        turns = str(sum(headline["outcomes"].values()))
        return turns, f"{accuracy['value']:.3f}" if accuracy["n"] else "—"
    except (OSError, ValueError, LookupError, TypeError):
        return "—", "—"


def _print_agents(scores: list[AgentScore], console: Console) -> None:
    table = Table("agent", "precision", "recall", "F1", "turns", box=None, padding=(0, 2, 0, 0))
    for s in scores:
        table.add_row(s.name, f"{s.precision:.3f}", f"{s.recall:.3f}", f"{s.f1:.3f}", str(s.support))
    console.print(table)


def _print_confusion(report: Report, console: Console) -> None:
    labels = report.provenance.labels
    table = Table("expected ↓ got →", *labels, box=None, padding=(0, 2, 0, 0))
    for expected, row in report.confusion.items():
        table.add_row(expected, *(str(row.get(got, 0)) for got in labels))
    console.print(table)


def _print_provenance(report: Report, console: Console) -> None:
    p = report.provenance
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_row("router", p.router if p.model is None else f"{p.router} ({p.model})")
    table.add_row("sets", ", ".join(f"{s.name} {s.digest[:12]} ({s.turns} turns)" for s in p.sets))
    table.add_row("started", f"{p.started:%Y-%m-%d %H:%M:%S} UTC")
    table.add_row("finished", f"{p.finished:%Y-%m-%d %H:%M:%S} UTC" if p.finished else "interrupted")
    table.add_row("settings", ", ".join(f"{k}={v}" for k, v in {**p.settings, **p.prompts}.items()) or "—")
    if p.limit or p.slices:
        chosen = [*(f"{k}={v}" for k, v in p.slices.items()), *([f"{p.limit} cases"] if p.limit else [])]
        table.add_row("only", ", ".join(chosen))
    table.add_row("version", f"{p.version}, seed {p.seed}, repeat {p.repeat}")
    console.print(table)


def _print_differences(comparison: Comparison, console: Console) -> None:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_row("turns in common", str(comparison.paired))
    table.add_row("cost, B - A", f"${comparison.cost_difference:+.4f}")
    slower = comparison.p95_difference
    table.add_row("p95, B - A", "not timed in both" if slower is None else f"{slower * 1000:+.0f} ms")
    table.add_row("missed escalations, B - A", f"{comparison.missed_difference:+.3f}")
    console.print(table)


def _print_pairs(title: str, pairs: Sequence[Pair], console: Console) -> None:
    if not pairs:
        return
    table = Table(title, "expected", "A", "B", "text", box=None, padding=(0, 2, 0, 0))
    for pair in pairs[:SHOWN]:
        table.add_row(pair.case, pair.expected, pair.got_a or "—", pair.got_b or "—", _on_one_line(pair.text))
    if len(pairs) > SHOWN:
        table.add_row(f"and {len(pairs) - SHOWN} more")
    console.print(table)


def _on_one_line(text: str) -> str:
    """At most WIDTH characters, with nothing that rich would read as markup."""
    line = " ".join(text.split())
    return shorten(line, WIDTH).replace("[", "\\[")
