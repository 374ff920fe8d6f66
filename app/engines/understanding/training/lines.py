"""The lines that the model of acts is fitted on: `app/locales/<lang>/acts.yaml`."""

from __future__ import annotations

from pathlib import Path

from app.core.yaml import load


def read_act_lines(locales: Path) -> list[tuple[str, str]]:
    """(act, line) of all languages, in the order of the files."""
    return [
        (act, line)
        for path in sorted(locales.glob("*/acts.yaml"))
        for act, lines in load(path).items()
        for line in lines
    ]
