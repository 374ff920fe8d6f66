"""The lines that a model is fitted on: `app/locales/<lang>/acts.yaml` or `claims.yaml`, and of attacks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.core.yaml import load
from app.engines.understanding.artefact import ACTS
from app.engines.understanding.attacks import ATTACK, INNOCENT

INJECTION = "injection"
"""The act that is an attack; of the others every fifth line is enough."""
EVERY = 5


def read_act_lines(locales: Path, file: str = ACTS) -> list[tuple[str, str]]:
    """(act, line) of all languages, in the order of the files."""
    return [
        (act, line)
        for path in sorted(locales.glob(f"*/{file}"))
        for act, lines in load(path).items()
        for line in lines
    ]


def read_attack_lines(locales: Path, sets: Sequence[Path]) -> list[tuple[str, str]]:
    """(attack or innocent, line). Of an attack in several lines the longest is: the last may be “ok”."""
    acts = read_act_lines(locales)
    attacks = [(ATTACK, line) for act, line in acts if act == INJECTION]
    innocent = [(INNOCENT, line) for act, line in acts if act != INJECTION][::EVERY]
    return [*(row for path in sets for row in _labelled(path)), *attacks, *innocent]


def _labelled(path: Path) -> Iterator[tuple[str, str]]:
    for text in path.read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = json.loads(text)
        if row["kind"] == "attack":
            yield ATTACK, max(row["turns"], key=len)
        else:
            yield from ((INNOCENT, line) for line in row["turns"])
