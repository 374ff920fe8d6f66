"""Is a customer's line likely meant to make the agents do what the customer may not?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.engines.understanding.reader import HEARD, LineReader

ATTACK, INNOCENT = "attack", "innocent"
THRESHOLD = 0.5
"""Chosen on families that were left out of the fitting, before the test half was opened: docs/security.md."""


@dataclass(frozen=True)
class AttackDetector:
    """`reader` tells the two acts apart. CPU-bound."""

    reader: LineReader

    def suspects(self, line: str) -> bool:
        return any(self.reader.read(window).p(ATTACK) >= THRESHOLD for window in _windows(line))


def _windows(line: str) -> Iterator[str]:
    """An order may stand in the middle of a long line: each piece overlaps the next by half."""
    step = HEARD // 2
    for start in range(0, max(len(line) - step, 1), step):
        yield line[start : start + HEARD]
