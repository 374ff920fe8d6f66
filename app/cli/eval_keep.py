"""`call-center eval list|show|delete|report`. Imported when one runs: the figures need scipy."""

from __future__ import annotations

import json
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Column, Table

from app.cli.console import situations
from app.cli.eval_run import costs_of
from app.cli.figures import print_agents, print_confusion, print_headline, print_provenance
from app.evaluation.html import render
from app.evaluation.registry import Registry
from app.evaluation.report import Report, build_report
from app.services.evaluation.service import RUNS

RUN_ID = 20  # characters: an id that is cut is of no use


def list_runs() -> None:
    registry = Registry(RUNS)
    runs = registry.list()
    if not runs:
        typer.echo("There are no runs yet: call-center eval run routing_ru --router local")
        return
    whole = Column("run", no_wrap=True, min_width=RUN_ID)
    table = Table(whole, "router", "sets", "turns", "accuracy", box=None, padding=(0, 2, 0, 0))
    for p in runs:
        turns, accuracy = _result(registry.folder(p.run_id)) if p.finished else ("—", "interrupted")
        table.add_row(p.run_id, p.router, ", ".join(s.name for s in p.sets), turns, accuracy)
    Console().print(table)


def show_run(run_id: str, costs: Path | None) -> None:
    report, console = _report(run_id, costs), Console()
    print_headline(report.provenance.run_id, report.headline, console)
    print_agents(report.agents, console)
    print_confusion(report, console)
    print_provenance(report, console)


def delete_run(run_id: str) -> None:
    with situations():
        typer.echo(f"Deleted {Registry(RUNS).delete(run_id)}.")


def write_report(run_id: str, html: Path, costs: Path | None) -> None:
    report = _report(run_id, costs)
    with situations():
        html.write_text(render(report), encoding="utf-8")
    typer.echo(f"{report.provenance.run_id} -> {html}")


def _report(run_id: str, costs: Path | None) -> Report:
    with situations():
        run = Registry(RUNS).load(run_id)
        return build_report(run, costs_of(costs, run.provenance.labels))


def _result(folder: Path) -> tuple[str, str]:
    """Turns asked and accuracy, from the report that was written at the end of the run."""
    try:
        headline = json.loads((folder / "report.json").read_text(encoding="utf-8"))["headline"]
        accuracy = headline["accuracy"]
        turns = str(sum(headline["outcomes"].values()))
        return turns, f"{accuracy['value']:.3f}" if accuracy["n"] else "—"
    except (OSError, ValueError, LookupError, TypeError):
        return "—", "—"
