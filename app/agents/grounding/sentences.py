"""Sentences and list items of a reply. An end is known one character later: a stream can ask too."""

from __future__ import annotations

import re
import unicodedata

from app.core.text import without_yo

_BREAK = re.compile(r"\n|(?<![.!?…])[.!?…]+[)\]\"'»”’*_]*[^\S\n]+(?=\S)")
_MARKS = ".!?…)]\"'»”’*_" + "".join(filter(str.isspace, map(chr, range(0x3001))))  # all that a break may hold
_LETTER, _LAST_WORD = re.compile(r"\w"), re.compile(r"(?<!\w)\w*$")
_DAY_AND_MONTH = re.compile(r"(?<!\w)\d{1,2}\s[^\W\d]+$")
_NOISE = re.compile(r"[*`~_#>\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
DAY = 2  # digits of a day that some languages write with a full stop: "3. März"
DATED = 8  # letters of a day and a month that is cut short: "1 сент. 2026"
ITEM = 3  # digits of the number that opens a list item
ABBREVIATION = 4  # letters: "руб. в месяц" goes on, "пишите. вернём" does not


def cut(text: str, looked: int = 0) -> tuple[list[str], str]:
    """Whole sentences with the space behind them, and the rest that may still go on.

    Up to `looked` it was looked at before, and no sentence ends there."""
    pieces, start = [], 0
    for mark in _BREAK.finditer(text, looked):
        if not _goes_on(text, start, mark):
            pieces.append(text[start : mark.end()])
            start = mark.end()
    return pieces, text[start:]


def settled(rest: str) -> int:
    """How far a rest has been looked at for good: what comes next may make an end of its last marks."""
    return len(rest.rstrip(_MARKS))


def ends_nothing(piece: str) -> bool:
    """More of the same marks: whether they end a sentence is known by what comes behind."""
    return "\n" not in piece and not piece.strip(_MARKS)


def split(text: str) -> list[str]:
    """All pieces; joined they are the text."""
    pieces, rest = cut(text)
    return [*pieces, rest] if rest else pieces


def plain(sentence: str) -> str:
    """One form for all spellings: no mark-up, no invisible characters, one kind of space and digit."""
    folded = unicodedata.normalize("NFKC", _NOISE.sub("", sentence))
    return " ".join(without_yo(folded.replace("’", "'")).split())


def _goes_on(text: str, start: int, mark: re.Match[str]) -> bool:
    """After the number of a list item, and after an abbreviation. Of a sentence that goes on and on only the
    last letters are looked at."""
    at = mark.start()
    word = _LAST_WORD.search(text, max(start, at - ABBREVIATION), at)
    if word is None or mark[0][0] != "." or mark[0].startswith(".."):
        return False
    day = word[0].isdigit() and len(word[0]) <= DAY
    item = word[0].isdecimal() and len(word[0]) <= ITEM and not _LETTER.search(text, start, word.start())
    dated = text[mark.end()].isdigit() and _DAY_AND_MONTH.search(text, max(start, at - DATED), at)
    return bool(day or item or dated or text[mark.end()].islower())
