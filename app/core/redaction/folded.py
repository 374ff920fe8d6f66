"""A text as it is read, whatever it was typed with, and the place of each character in the original."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_FOREIGN = re.compile(r"[^\t\n\r -~]")
_WIDE = range(0xFF01, 0xFF5F)  # full-width forms of ASCII
_UNSEEN = re.compile("[\u034f\u115f\u1160\u20e3\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Joiners, fillers, selectors of a glyph, and the frame around the digit of a keycap."""


@dataclass(frozen=True, slots=True)
class FoldedText:
    """`places` is None where every character stands where it stood."""

    text: str
    places: Sequence[int] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Of a span that is not empty."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def folded(typed: str) -> FoldedText:
    """Digits of any script, full-width signs, dashes and blanks as ASCII; without what nobody sees."""
    foreign = set(_FOREIGN.findall(typed))
    if not foreign:
        return FoldedText(typed)
    table = {ord(c): _plain(c) for c in foreign}
    text = typed.translate(table)
    if len(text) == len(typed):
        return FoldedText(text)
    return FoldedText(text, [at for at, c in enumerate(typed) if table.get(ord(c), c)])


def _plain(c: str) -> str:
    """One character or none."""
    kind = unicodedata.category(c)
    if kind == "Nd":
        return str(unicodedata.decimal(c))
    if ord(c) in _WIDE:
        return chr(ord(c) - 0xFEE0)
    if kind == "Zs":
        return " "
    if kind == "Pd" or c == "−":
        return "-"
    return "" if kind in ("Cf", "Cc") or _UNSEEN.match(c) else c
