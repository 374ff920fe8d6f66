"""Counts of the long forms, in one table with 95 % bounds: `python -m tests.faults.report`."""

from __future__ import annotations

import json
import os
from pathlib import Path

from rich.console import Console
from rich.table import Table
from scipy.stats import binomtest

VARIABLE = "TORTURE_REPORT"
"""The file to which `note` adds lines; without it nothing is kept."""


def note(what: str, failures: int, n: int) -> None:
    if file := os.environ.get(VARIABLE):
        with Path(file).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps([what, failures, n], ensure_ascii=False) + "\n")


def bounds(failures: int, n: int) -> tuple[float, float]:
    """Clopper-Pearson, two-sided 95 %; with no failure the upper one is about 3.7 / n."""
    found = binomtest(failures, n).proportion_ci(0.95, method="exact")
    return float(found.low), float(found.high)


def table(lines: list[tuple[str, int, int]]) -> Table:
    shown = Table("what was counted", "failures", "n", "rate, 95 % bounds")
    for what, failures, n in lines:
        low, high = bounds(failures, n)
        shown.add_row(what, f"{failures:,}", f"{n:,}", f"{low:.3%} to {high:.3%}")
    return shown


def main() -> None:
    file = Path(os.environ[VARIABLE])
    lines = (
        [tuple(json.loads(line)) for line in file.read_text("utf-8").splitlines()] if file.exists() else []
    )
    Console().print(table(lines))


if __name__ == "__main__":
    main()
