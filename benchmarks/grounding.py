"""Blocked replies of the untouched set, which no test asserts: `python -m benchmarks.grounding [SET]`."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from app.agents.grounding import unsupported
from app.core.stats import wilson
from tests.unit.agents.grounding.tables import LANGS, replies


def main(name: str) -> None:
    table = Table("language", "replies", "blocked", "share, 95 % interval", title=name)
    for lang in LANGS:
        for part in ("broken", "sound"):
            rows = [(row, known) for row, known in replies(name, part) if row["lang"] == lang]
            blocked = sum(bool(unsupported(row["reply"], known, lang)) for row, known in rows)
            told = wilson(blocked, len(rows))
            kind = "unsupported" if part == "broken" else "honest"
            share = f"{told.value:.0%} ({told.low:.0%}–{told.high:.0%})"
            table.add_row(lang, kind, f"{blocked} of {len(rows)}", share)
    Console(width=90).print(table)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "untouched")
