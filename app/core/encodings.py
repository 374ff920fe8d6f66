"""Text of files whose encoding nobody tells: recognised for sure, or refused."""

from __future__ import annotations

import codecs
import re
from math import log

CYRILLIC = ("cp1251", "koi8-r", "cp866", "mac-cyrillic")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LETTERS = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"  # and how many of a thousand in Russian text
_OFTEN = (
    110,
    84,
    80,
    74,
    67,
    63,
    55,
    47,
    45,
    44,
    35,
    32,
    30,
    28,
    26,
    20,
    19,
    17,
    17,
    16,
    16,
    14,
    12,
    10,
    9,
    7,
)
_SELDOM = (6, 5, 4, 3, 3, 0.4, 0.4)
_USUAL = {letter: log(n / 1000) for letter, n in zip(_LETTERS, _OFTEN + _SELDOM, strict=True)}
_SIGNS = "«»—–№“”„…’‘ ·°"  # as usual as a letter outside Russian
_AFTER = "»—–”…’ °"  # signs that may follow a letter
_SIGN, _STRANGE = -4.0, -12.0
_BESIDE, _CASE, _ALONE = -5.0, -7.0, -4.0
_WORDS_OF_ONE = "аиоуквсяжб"
_SURE, _NONE = 6.0, -4.2  # log odds against the next best; a letter of no language in particular
_SAMPLE = 200_000
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_FAR = re.compile("[\u0800-\u1fff\u2820-\u2aff\u2c00-\uf8ff\U00020000-\U0010ffff]")
_BY_CHANCE = 4  # so few signs, and of far scripts only: a short Russian word may look like UTF-8


class Undecodable(ValueError):
    """`kind` is `encoding` where only its name is wanting, else `not_text`; the sentence has no full stop."""

    def __init__(self, problem: str, kind: str = "not_text") -> None:
        super().__init__(problem)
        self.kind = kind


def decoded(data: bytes, encoding: str | None = None) -> str:
    """Without its byte order mark. Raises Undecodable."""
    text = _told(data, encoding) if encoding else _found(data)
    text = text.lstrip("\ufeff")
    if "\0" in text:
        raise Undecodable(f"line {_line(text, text.index(chr(0)))} holds a NUL, so it is not text")
    return text


def _told(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _damaged(data, error) from None
    except (UnicodeError, LookupError):
        raise Undecodable(f"{encoding} is not an encoding of this text", "encoding") from None


def _found(data: bytes) -> str:
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if marked:
        return _told(data, marked)
    if b"\0" in data and (text := _unmarked(data)):
        return text
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _mostly_utf8(data):
            raise _damaged(data, error) from None
        return _recognised(data)
    signs = [c for c in text if c > "\x7f"]
    chance = 0 < len(signs) < _BY_CHANCE and all(_FAR.match(c) for c in signs)
    return _recognised(data) if chance else text


def _damaged(data: bytes, error: UnicodeDecodeError) -> Undecodable:
    before = data[: error.start].decode(error.encoding, "replace")
    return Undecodable(f"line {_line(before, len(before))} is not {error.encoding.upper()}")


def _mostly_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return sum(c > "\x7f" for c in text) > 4 * broken


def _unmarked(data: bytes) -> str:
    """UTF-16 without its mark, known by line ends and blanks; nothing where it is none."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        usual = sum(c < "\u0500" or "\u2000" <= c < "\u2200" for c in text)
        if "\0" not in text and usual > 0.9 * len(text):
            return text
    return ""


def _recognised(data: bytes) -> str:
    """The one of the Russian encodings under which the text reads as Russian, by far."""
    texts: dict[str, str] = {}
    for encoding in CYRILLIC:
        try:
            texts.setdefault(data.decode(encoding), encoding)
        except UnicodeDecodeError:
            continue
    ranked = sorted(((_likeness(text[:_SAMPLE]), text) for text in texts), reverse=True)
    if not ranked:
        raise Undecodable("it is neither UTF-8 nor another encoding of text")
    best, text = ranked[0]
    letters = sum(c > "\x7f" for c in text[:_SAMPLE]) if _CYRILLIC.search(text) else 0
    rivals = [likeness for likeness, _ in ranked[1:2]] + [_NONE * letters] * bool(letters)
    if any(best - rival < _SURE for rival in rivals):
        raise Undecodable("its encoding cannot be told for sure", "encoding")
    return text


def _likeness(text: str) -> float:
    """Log likelihood of the letters and signs outside ASCII, given their neighbours."""
    padded = f"  {text} "
    return sum(_likely(padded[at - 2 : at + 2]) for at, c in enumerate(padded) if c > "\x7f")


def _likely(around: str) -> float:
    """Of the third of four."""
    earlier, before, c, after = tuple(around)
    usual = _USUAL.get(c.lower())
    if usual is None:
        glued = before.lower() in _USUAL and c not in _AFTER
        return (_SIGN if c in _SIGNS else _STRANGE) + _BESIDE * glued
    foreign = sum(near <= "\x7f" and near.isalnum() for near in (before, after))
    capitals = earlier.isupper() and before.isupper()
    mixed = (before.islower() and c.isupper()) or (capitals and c.islower())
    starts = not before.isalnum()
    alone = starts and not after.isalnum() and c.lower() not in _WORDS_OF_ONE
    silent = starts and c.lower() in "ьъы"
    return usual + _BESIDE * foreign + _CASE * mixed + _ALONE * (alone or silent)


def _line(text: str, at: int) -> int:
    return 1 + len(re.findall("\r\n|\r|\n", text[:at]))
