"""One PDF page: words with their positions, joined into lines in reading order."""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw

from app.core.documents import Left
from app.engines.knowledge.documents.pdf_columns import PdfLine, Piece, in_order

HYPHEN = "\xad"  # where a word goes on in the next line
_HYPHENS = ("\x02", "\ufffe", "\xad")


@dataclass(slots=True)
class PdfWord:
    """A piece of text without a gap. `x` to `right` along its line, `y` from line to line upwards.

    Whichever way it is turned (degrees, counter-clockwise). `size` of the type in points; `unknown` counts
    letters of which the file does not say what they are; `spaced` where a blank follows.
    """

    text: str
    x: float
    y: float
    right: float
    size: float
    turned: int
    unknown: int = 0
    spaced: bool = False


class Finder:
    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self._page = page.get_textpage()
        self._looks: dict[int | None, tuple[float, int]] = {}

    def words(self) -> Iterator[PdfWord]:
        word: PdfWord | None = None
        thing: int | None = None
        for at in range(self._page.count_chars()):
            text = _text(self._page, at)
            now = ctypes.cast(raw.FPDFText_GetTextObject(self._page, at), ctypes.c_void_p).value
            if word is not None and (text.isspace() or now != thing):
                word.right = self._end(at - 1, word.turned)
                word.spaced = text.isspace()
                yield word
                word = None
            if text.isspace():
                continue
            if word is None:
                word, thing = self._begun(at, now), now
            word.text += text
            word.unknown += _private(text) or raw.FPDFText_HasUnicodeMapError(self._page, at) == 1
        if word is not None:
            word.right = self._end(self._page.count_chars() - 1, word.turned)
            yield word
        self._page.close()

    def _begun(self, at: int, thing: int | None) -> PdfWord:
        if thing not in self._looks:
            self._looks[thing] = _look(self._page, at)
        size, turned = self._looks[thing]
        x, y = ctypes.c_double(), ctypes.c_double()
        raw.FPDFText_GetCharOrigin(self._page, at, x, y)
        along, up = _turned_back(x.value, y.value, turned)
        return PdfWord("", along, up, along, size, turned)

    def _end(self, at: int, turned: int) -> float:
        corners = [ctypes.c_double() for _ in range(4)]
        raw.FPDFText_GetCharBox(self._page, at, *corners)
        left, right, bottom, top = (corner.value for corner in corners)
        return max(_turned_back(x, y, turned)[0] for x in (left, right) for y in (bottom, top))


def _text(page: pypdfium2.PdfTextPage, at: int) -> str:
    text = chr(raw.FPDFText_GetUnicode(page, at))
    return HYPHEN if text in _HYPHENS else text


def _look(page: pypdfium2.PdfTextPage, at: int) -> tuple[float, int]:
    """The size of the type, and how it is turned."""
    matrix = raw.FS_MATRIX()
    scale = math.hypot(matrix.c, matrix.d) if raw.FPDFText_GetMatrix(page, at, matrix) else 1.0
    size = raw.FPDFText_GetFontSize(page, at) * (scale or 1.0)
    return round(abs(size), 1), round(-math.degrees(raw.FPDFText_GetCharAngle(page, at))) % 360


def _turned_back(x: float, y: float, turned: int) -> tuple[float, float]:
    cos, sin = math.cos(math.radians(turned)), math.sin(math.radians(turned))
    return x * cos + y * sin, y * cos - x * sin


def _private(text: str) -> bool:
    return "\ue000" <= text <= "\uf8ff" or text == "\ufffd" or (text < " " and text != HYPHEN)


FEW = 40  # letters: a page number or a stamp over a scanned page
COVERS = 0.5  # share of a page that a scanned picture takes
UNKNOWN = 0.2  # share of letters that nobody can tell, above which the text of a page is worth nothing
WESTERN = 0.4  # share of letters and signs of Latin-1 above ASCII; no language has so many
_GAP = 1.2  # times the size of the type, between two pieces of one line
_BULLET = "•"


@dataclass(frozen=True, slots=True)
class Page:
    """`lacks` is said where a part of the page is not among its lines."""

    lines: list[PdfLine]
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


def _readable(word: PdfWord) -> PdfWord:
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


def _lines(words: Sequence[PdfWord]) -> list[PdfLine]:
    """The text that is turned as most of it; then what stands across it."""
    turned = Counter[int]()
    for word in words:
        turned[word.turned] += len(word.text)
    lines: list[PdfLine] = []
    for angle, _ in turned.most_common():
        lines += in_order(list(_pieces(word for word in words if word.turned == angle)))
    return lines


def _pieces(words: Iterator[PdfWord]) -> Iterator[Piece]:
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
