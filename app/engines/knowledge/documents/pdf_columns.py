"""In which order the pieces of a page are read: rows from the top, columns of prose one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

ROWS = 4  # of a column at least
PROSE = 15  # letters of a column's piece on average
FILLED = 0.6  # share of a column's width that most of its pieces fill
CROSSING = 0.4  # share of pieces that may stand across both columns
APART = 1.6  # times the usual distance of two lines, between paragraphs
ROOM, TABLE = 1.7, 3  # times the size of the type, between rows of a table; so many rows at least
CELL = " | "


@dataclass(frozen=True, slots=True)
class Piece:
    """Text without a wide gap; `y` grows upwards."""

    text: str
    x: float
    y: float
    right: float
    size: float


@dataclass(frozen=True, slots=True)
class PdfLine:
    """`begins` where more room than usual is above it."""

    text: str
    size: float
    begins: bool = False


def in_order(pieces: Sequence[Piece]) -> list[PdfLine]:
    gutter = _gutter(pieces)
    if gutter is None:
        return _rows(pieces)
    lines: list[PdfLine] = []
    for band in _bands(pieces, gutter):
        sides = [p for p in band if p.x < gutter], [p for p in band if p.x >= gutter]
        if max(p.y for p in band) - min(p.y for p in band) < max(p.size for p in band) / 2:
            lines += _rows(band)
        else:
            lines += [line for side in sides if side for line in in_order(side)]
    return lines


def _gutter(pieces: Sequence[Piece]) -> float | None:
    """Where the column to the right begins; None where there is one column, or a table."""
    starts = Counter(round(piece.x) for piece in pieces)
    found: list[tuple[int, float]] = []
    for start, count in starts.most_common(8):
        left = [p for p in pieces if p.right <= start]
        right = [p for p in pieces if p.x >= start - 1]
        crossing = len(pieces) - len(left) - len(right)
        beside = _is_column(left) and _is_column(right) and _are_beside(left, right)
        if count >= ROWS and crossing <= CROSSING * len(pieces) and beside:
            found.append((crossing, start - 1))
    return min(found)[1] if found else None


def _is_column(pieces: Sequence[Piece]) -> bool:
    if len(pieces) < ROWS or sum(len(p.text) for p in pieces) < PROSE * len(pieces):
        return False
    width = max(p.right for p in pieces) - min(p.x for p in pieces)
    return sum(p.right - p.x >= FILLED * width for p in pieces) >= len(pieces) / 2


def _are_beside(left: Sequence[Piece], right: Sequence[Piece]) -> bool:
    spans = [(min(p.y for p in side), max(p.y for p in side)) for side in (left, right)]
    shared = min(high for _, high in spans) - max(low for low, _ in spans)
    return shared >= min(high - low for low, high in spans) / 2


def _bands(pieces: Sequence[Piece], gutter: float) -> list[list[Piece]]:
    """Parts of the page to be read one after the other: what stands over both columns ends a part.

    So does room in both at once, where that happens often: then they are the rows of a table.
    """
    ordered = sorted(pieces, key=lambda p: -p.y)
    bands: list[list[Piece]] = []
    for band in _split(ordered, lambda above, piece: _crosses(above, gutter) != _crosses(piece, gutter)):
        rows = _split(band, lambda above, piece: above.y - piece.y > ROOM * max(above.size, piece.size))
        both = sum(any(p.x < gutter for p in row) and any(p.x >= gutter for p in row) for row in rows)
        bands += rows if both >= TABLE else [band]
    return bands


def _split(ordered: Sequence[Piece], parts: Callable[[Piece, Piece], bool]) -> list[list[Piece]]:
    bands: list[list[Piece]] = []
    for above, piece in zip([None, *ordered], ordered, strict=False):
        if above is None or parts(above, piece):
            bands.append([])
        bands[-1].append(piece)
    return bands


def _crosses(piece: Piece, gutter: float) -> bool:
    return piece.x < gutter < piece.right


def _rows(pieces: Sequence[Piece]) -> list[PdfLine]:
    """Pieces beside each other are cells of a row."""
    rows = _split(
        sorted(pieces, key=lambda p: (-p.y, p.x)),
        lambda above, piece: above.y - piece.y > max(above.size, piece.size) / 2,
    )
    heights = [row[0].y for row in rows]
    steps = [above - below for above, below in pairwise(heights)]
    usual = median(steps) if steps else 0.0
    begins = [False, *(step > APART * usual for step in steps)]
    return [_line(row, start) for row, start in zip(rows, begins, strict=True)]


def _line(row: Sequence[Piece], begins: bool) -> PdfLine:
    text, right = "", 0.0
    for piece in sorted(row, key=lambda p: p.x):
        wide = piece.x - right > piece.size
        text += ((CELL if wide else " ") if text else "") + piece.text
        right = piece.right
    return PdfLine(text, max(piece.size for piece in row), begins)
