"""The lines that a model is fitted on: `app/locales/<lang>/acts.yaml` or `claims.yaml`."""

from __future__ import annotations

from pathlib import Path

from app.core.yaml import load
from app.engines.understanding.artefact import ACTS


def read_act_lines(locales: Path, file: str = ACTS) -> list[tuple[str, str]]:
    """(act, line) of all languages, in the order of the files."""
    return [
        (act, line)
        for path in sorted(locales.glob(f"*/{file}"))
        for act, lines in load(path).items()
        for line in lines
    ]
