"""The words of a page as PDFium finds them, with their places."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw

HYPHEN = "\xad"  # where a word goes on in the next line
_HYPHENS = ("\x02", "\ufffe", "\xad")


@dataclass(slots=True)
class Word:
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

    def words(self) -> Iterator[Word]:
        word: Word | None = None
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

    def _begun(self, at: int, thing: int | None) -> Word:
        if thing not in self._looks:
            self._looks[thing] = _look(self._page, at)
        size, turned = self._looks[thing]
        x, y = ctypes.c_double(), ctypes.c_double()
        raw.FPDFText_GetCharOrigin(self._page, at, x, y)
        along, up = _turned_back(x.value, y.value, turned)
        return Word("", along, up, along, size, turned)

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
