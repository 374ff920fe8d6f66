"""The figures of a run as a small table."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from app.core.stats import Interval
from app.evaluation.metrics import AgentScore, Headline
from app.evaluation.report import Report


def print_headline(run_id: str, headline: Headline, console: Console) -> None:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), title=None)
    table.add_row("accuracy", within(headline.accuracy))
    table.add_row("missed escalations", within(headline.missed_escalations))
    table.add_row("macro-F1", f"{headline.macro_f1:.3f}" if headline.accuracy.n else "—")
    table.add_row("coverage", within(headline.coverage))
    table.add_row("outcomes", " · ".join(f"{name} {n}" for name, n in headline.outcomes.items() if n))
    table.add_row("cost of mistakes", f"{headline.mistake_cost:g}")
    table.add_row("cost", f"${headline.cost:.4f} ({headline.tokens} tokens)")
    table.add_row("latency", _latency(headline))
    table.add_row("run", run_id)
    console.print(table)


def _latency(headline: Headline) -> str:
    if headline.p50 is None or headline.p95 is None:
        return "— (no answer was timed in this run)"
    told = f"p50 {headline.p50 * 1000:.0f} ms · p95 {headline.p95 * 1000:.0f} ms"
    asked = sum(n for name, n in headline.outcomes.items() if name != "error")
    return told if headline.timed == asked else f"{told}  (of {headline.timed} timed in this run)"


def within(interval: Interval) -> str:
    """A share with its 95 % interval."""
    if not interval.n:
        return "—"
    return f"{interval.value:.3f}  {interval.low:.3f} … {interval.high:.3f}  (n = {interval.n})"


def print_agents(scores: list[AgentScore], console: Console) -> None:
    table = Table("agent", "precision", "recall", "F1", "turns", box=None, padding=(0, 2, 0, 0))
    for s in scores:
        table.add_row(s.name, f"{s.precision:.3f}", f"{s.recall:.3f}", f"{s.f1:.3f}", str(s.support))
    console.print(table)


def print_confusion(report: Report, console: Console) -> None:
    labels = report.provenance.labels
    table = Table("expected ↓ got →", *labels, box=None, padding=(0, 2, 0, 0))
    for expected, row in report.confusion.items():
        table.add_row(expected, *(str(row.get(got, 0)) for got in labels))
    console.print(table)


def print_provenance(report: Report, console: Console) -> None:
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
