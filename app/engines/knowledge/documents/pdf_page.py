"""One page of a PDF as lines, in the order in which it is read."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw

from app.core.documents import Left
from app.engines.knowledge.documents.pdf_columns import Line, Piece, in_order
from app.engines.knowledge.documents.pdf_words import Finder, Word

FEW = 40  # letters: a page number or a stamp over a scanned page
COVERS = 0.5  # share of a page that a scanned picture takes
UNKNOWN = 0.2  # share of letters that nobody can tell, above which the text of a page is worth nothing
WESTERN = 0.4  # share of letters and signs of Latin-1 above ASCII; no language has so many
_GAP = 1.2  # times the size of the type, between two pieces of one line
_BULLET = "•"


@dataclass(frozen=True, slots=True)
class Page:
    """`lacks` is said where a part of the page is not among its lines."""

    lines: list[Line]
    lacks: Left | None = None


def page_of(page: pypdfium2.PdfPage) -> Page:
    words = [_readable(word) for word in Finder(page).words()]
    text = "".join(word.text for word in words)
    if not text:
        return Page([], Left.PICTURES if any(page.get_objects(max_depth=2)) else None)
    unknown = sum(word.unknown for word in words)
    if unknown > UNKNOWN * len(text) or _is_in_wrong_letters(text):
        return Page([], Left.LETTERS)
    scanned = len(text) < FEW and _is_scanned(page)
    return Page(_lines(words), Left.PICTURES if scanned else Left.LETTERS if unknown else None)


def _readable(word: Word) -> Word:
    """A sign of its own without a letter is the mark of an item; letters drawn as one are two again."""
    if word.unknown and len(word.text) == 1:
        word.text, word.unknown = _BULLET, 0
    word.text = "".join(unicodedata.normalize("NFKC", c) if "ﬀ" <= c <= "ﬆ" else c for c in word.text)
    return word


def _is_in_wrong_letters(text: str) -> bool:
    """Russian in a font that calls its letters by Western names, as `Âîçâðàò`."""
    return sum("\x80" <= c <= "\xff" and c != "\xad" for c in text) > WESTERN * len(text)


def _is_scanned(page: pypdfium2.PdfPage) -> bool:
    width, height = page.get_size()
    for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2):
        left, bottom, right, top = picture.get_bounds()
        if (right - left) * (top - bottom) > COVERS * width * height:
            return True
    return False


def _lines(words: Sequence[Word]) -> list[Line]:
    """The text that is turned as most of it; then what stands across it."""
    turned = Counter[int]()
    for word in words:
        turned[word.turned] += len(word.text)
    lines: list[Line] = []
    for angle, _ in turned.most_common():
        lines += in_order(list(_pieces(word for word in words if word.turned == angle)))
    return lines


def _pieces(words: Iterator[Word]) -> Iterator[Piece]:
    piece: Piece | None = None
    blank = False
    for word in words:
        size = max(word.size, piece.size if piece else 0)
        gap = word.x - piece.right if piece else 0.0
        if piece and abs(word.y - piece.y) < size / 2 and -size / 2 < gap < _GAP * size:
            piece = Piece(f"{piece.text}{' ' * blank}{word.text}", piece.x, piece.y, word.right, size)
        else:
            if piece:
                yield piece
            piece = Piece(word.text, word.x, word.y, word.right, word.size)
        blank = word.spaced
    if piece:
        yield piece
