"""Sentences and list items of a reply. An end is known one character later: a stream can ask too."""

from __future__ import annotations

import re
import unicodedata

_BREAK = re.compile(r"\n|[.!?…]+[)\]\"'»”’*_]*[^\S\n]+(?=\S)")
_ITEM = re.compile(r"\W*\d{1,3}")
_LAST_WORD = re.compile(r"\w*$")
_NOISE = re.compile(r"[*`~_#>\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
DAY = 2  # digits of a day that some languages write with a full stop: "3. März"
ABBREVIATION = 4  # letters: "руб. в месяц" goes on, "пишите. вернём" does not


def cut(text: str) -> tuple[list[str], str]:
    """Whole sentences with the space behind them, and the rest that may still go on."""
    pieces, start = [], 0
    for mark in _BREAK.finditer(text):
        if not _goes_on(text[start : mark.start()], mark[0], text[mark.end() : mark.end() + 1]):
            pieces.append(text[start : mark.end()])
            start = mark.end()
    return pieces, text[start:]


def split(text: str) -> list[str]:
    """All pieces; joined they are the text."""
    pieces, rest = cut(text)
    return [*pieces, rest] if rest else pieces


def plain(sentence: str) -> str:
    """One form for all spellings: no mark-up, no invisible characters, one kind of space and digit."""
    folded = unicodedata.normalize("NFKC", _NOISE.sub("", sentence))
    return " ".join(folded.replace("’", "'").replace("ё", "е").replace("Ё", "Е").split())


def _goes_on(head: str, mark: str, following: str) -> bool:
    """After the number of a list item, and after an abbreviation."""
    if mark[0] != "." or mark.startswith(".."):
        return False
    word = _LAST_WORD.search(head)
    short = word is not None and len(word[0]) <= ABBREVIATION
    day = word is not None and word[0].isdigit() and len(word[0]) <= DAY
    return bool(_ITEM.fullmatch(head)) or day or (short and following.islower())
