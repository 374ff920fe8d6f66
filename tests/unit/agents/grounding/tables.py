"""The tables of `tests/unit/agents/grounding/promises/` as cases."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from app.agents.grounding import Evidence

FOLDER = Path(__file__).parent / "promises"
TODAY = date(2026, 11, 22)  # a Sunday
LANGS = ("ru", "en")


@cache
def table(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    return read


def claimed() -> list[tuple[str, str, str]]:
    """Language, kind, sentence."""
    return [
        (lang, kind, line)
        for lang in LANGS
        for kind, lines in table(lang)["claims"].items()
        for line in lines
    ]


def harmless() -> list[tuple[str, str]]:
    return [(lang, line) for lang in LANGS for line in table(lang)["plain"]]


def replies(name: str, part: str) -> list[tuple[dict[str, Any], Evidence]]:
    return [(row, _evidence(row)) for row in table(name)[part]]


def _evidence(row: dict[str, Any]) -> Evidence:
    known = table("held_out")["knowledge"]
    return Evidence(
        today=TODAY,
        texts=tuple(known.get(text, text) for text in row.get("texts", ())),
        done=frozenset(row.get("done", ())),
        asked=tuple(row.get("asked", ())),
    )
