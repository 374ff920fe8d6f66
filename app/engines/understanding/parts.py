"""Two wishes in one message: where a line may be divided, and when it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.core.models import Reading

CLEAR = 0.6
"""Probability from which a part by itself reads clearly."""
MOST = 4
"""Parts that are looked at: what a longer message says after them stays with the last."""
SHORTEST = 2
"""Words of a part that can be a wish."""
TALK = frozenset(
    {"greeting", "thanks", "goodbye", "vent", "small_talk", "nonsense", "acknowledge", "ask_repeat"}
    | {"give_data", "confirm", "refuse", "ask_why", "correct", "tried"}
)
"""Acts that are no wish beside another: they lead up to it, or end it."""
_BREAK = re.compile(
    r"\s*\n\s*"
    r"|(?<=[.!?;…])\s+(?=\S)"
    r"|[,;]?\s+(?:и\s+(?:ещ[её]|заодно|также|кстати)|а\s+(?:ещ[её]|также|заодно)|да\s+и\s+ещ[её]|плюс(?:\s+к\s+этому)?"
    r"|кроме\s+того|and\s+(?:also|another\s+thing|by\s+the\s+way)|also|plus|as\s+well\s+as|besides)[,:]?\s+",
    re.IGNORECASE,
)


def split_parts(line: str) -> list[str]:
    """Sentences and clauses that may be wishes by themselves; the line where there is one of them at most."""
    pieces: list[str] = []
    for piece in filter(None, (each.strip() for each in _BREAK.split(line))):
        if pieces and (len(pieces) == MOST or len(piece.split()) < SHORTEST):
            pieces[-1] = f"{pieces[-1]} {piece}"
        else:
            pieces.append(piece)
    return pieces if len(pieces) > 1 else [line]


def join_parts(line: str, whole: Reading, parts: Sequence[tuple[str, Reading]]) -> list[tuple[str, Reading]]:
    """The parts that are clear wishes of different kinds, with what stands around them; else the line."""
    wishes: list[tuple[str, Reading]] = []
    before = ""
    for text, reading in parts:
        if is_wish(reading) and all(reading.best != known.best for _, known in wishes):
            wishes.append((f"{before} {text}".strip(), reading))
            before = ""
        elif wishes:
            wishes[-1] = (f"{wishes[-1][0]} {text}", wishes[-1][1])
        else:
            before = f"{before} {text}".strip()
    return wishes if len(wishes) > 1 else [(line, whole)]


def is_wish(reading: Reading) -> bool:
    return reading.best not in TALK and reading.p(reading.best) >= CLEAR
