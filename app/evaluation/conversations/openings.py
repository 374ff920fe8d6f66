"""The log of openings: when a test half was played, at which commit, why, and with which figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from app.evaluation.conversations.model import StrictLine, read_lines

LOG = "openings.jsonl"


class Opening(StrictLine):
    """`what` is conversations, consent or demands; `digest` the SHA-256 of the files.

    A run writes two lines: one before it plays, so that no opening is lost, and one with its `figures`.
    """

    date: datetime
    commit: str
    what: str
    reason: str
    digest: str
    figures: dict[str, float] | None = None


def digest_of(files: Sequence[Path]) -> str:
    """Of the files' bytes, in the order of their names."""
    told = b"".join(path.read_bytes() for path in sorted(files, key=lambda path: path.name))
    return sha256(told).hexdigest()


def log_opening(log: Path, opening: Opening) -> None:
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{opening.model_dump_json()}\n")


def log_figures(log: Path, opening: Opening, figures: Mapping[str, float]) -> None:
    log_opening(log, opening.model_copy(update={"figures": dict(figures)}))


def count_openings(log: Path, what: str) -> int:
    if not log.is_file():
        return 0
    return sum(each.what == what and each.figures is None for each in read_lines(log, Opening))
