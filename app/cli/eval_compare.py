"""`call-center eval compare`. Imported when it runs: the figures need scipy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.cli.console import situations
from app.cli.eval_run import Limits, costs_of, stand_or_fall
from app.cli.figures import print_headline
from app.evaluation.compare import Comparison, Pair, compare
from app.evaluation.html import render
from app.evaluation.registry import Registry
from app.evaluation.report import build_report
from app.services.evaluation.service import RUNS

SHOWN, WIDTH = 20, 80


def compare_runs(a: str, b: str, limits: Limits, costs: Path | None, html: Path | None, seed: int) -> None:
    """Leaves with 1 where a gate is not met."""
    registry, console = Registry(RUNS), Console()
    with situations():
        baseline, candidate = registry.load(a), registry.load(b)
        prices = costs_of(costs, candidate.provenance.labels)
        comparison = compare(baseline, candidate, seed)
        report = build_report(candidate, prices, comparison, baseline)
        if html:
            html.write_text(render(report), encoding="utf-8")
    console.print(comparison.sentence, highlight=False)
    _print_pairs("fixed", comparison.fixed, console)
    _print_pairs("broken", comparison.broken, console)
    _print_differences(comparison, console)
    print_headline(candidate.provenance.run_id, report.headline, console)
    stand_or_fall(report, limits)


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
        table.add_row(pair.case, pair.expected, pair.got_a or "—", pair.got_b or "—", _plain(pair.text))
    if len(pairs) > SHOWN:
        table.add_row(f"and {len(pairs) - SHOWN} more")
    console.print(table)


def _plain(text: str) -> str:
    """One line, without what rich would read as markup."""
    line = " ".join(text.split())
    return (line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…").replace("[", "\\[")
