"""What the router is fitted on: labelled lines, each with the dialog in front of it where there is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core import jsonlines
from app.core.encodings import decoded
from app.core.models import Said
from app.engines.routing.artefact import STAY

GOES_ON = {"stay", "close"}
DEALT = 5  # follow-ups belong to no industry: they are dealt out over this many


@dataclass(frozen=True, slots=True)
class Past:
    """The lines before a message, and who was serving when it came."""

    said: tuple[Said, ...]
    serving: str


@dataclass(frozen=True, slots=True)
class LabelledLine:
    text: str
    label: str
    lang: str
    industry: str
    past: Past | None = None


def read_lines(folder: Path) -> list[LabelledLine]:
    return [line for path in sorted(folder.glob("*.jsonl")) for line in _of_file(path)]


def _of_file(path: Path) -> Iterator[LabelledLine]:
    lines = (line for _, line in jsonlines.lines(decoded(path.read_bytes())))
    for number, row in enumerate(map(jsonlines.loads, lines)):
        if "turns" in row:
            yield from lines_of(row["turns"], row["lang"], row["industry"])
        else:
            industry = row["industry"] if row["label"] != STAY else f"{STAY}-{number % DEALT}"
            yield LabelledLine(row["text"], row["label"], row["lang"], industry)


def lines_of(turns: Iterable[Mapping[str, Any]], lang: str, industry: str) -> Iterator[LabelledLine]:
    """The labelled turns. Where the customer only goes on, the label is `stay`, whoever serves."""
    said: list[Said] = []
    serving: str | None = None
    for turn in turns:
        expected = turn.get("expected") if turn["role"] == "customer" else None
        if expected:
            label = STAY if turn.get("event") in GOES_ON else expected
            past = Past(tuple(said), serving) if serving and said else None
            yield LabelledLine(turn["content"], label, lang, industry, past)
            serving = expected
        said.append(Said(role=turn["role"], content=turn["content"], agent=turn.get("agent")))
