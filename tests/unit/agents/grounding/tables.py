"""The tables of `tests/unit/agents/grounding/replies/` as cases."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from app.agents.grounding import Evidence

FOLDER = Path(__file__).parent / "replies"
TODAY = date(2026, 11, 22)  # a Sunday
LANGS = ("ru", "en")


@cache
def table(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    return read


def claimed(lang: str) -> list[tuple[str, str]]:
    """Kind and sentence."""
    return [(kind, line) for kind, lines in table(lang)["claims"].items() for line in lines]


def harmless(lang: str) -> list[str]:
    lines: list[str] = table(lang)["plain"]
    return lines


def replies(name: str, part: str) -> list[tuple[dict[str, Any], Evidence]]:
    return [(row, _evidence(row)) for row in table(name)[part]]


def _evidence(row: dict[str, Any]) -> Evidence:
    known = table("regression_1")["knowledge"]
    return Evidence(
        today=TODAY,
        texts=tuple(known.get(text, text) for text in row.get("texts", ())),
        done=frozenset(row.get("done", ())),
        asked=tuple(row.get("asked", ())),
    )
