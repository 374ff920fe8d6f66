"""The words of a sentence as templates see them: values as one word each, with the clause they stand in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.agents.grounding.values import Value

_TOKEN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|[,;:()—–!?|]|(?<= )-(?= )|[«»“”„\"]")
_CLAUSE_END = set(",;:()—–!?|-")
_QUOTES = set('«»“”„"')


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    start: int
    end: int
    clause: int
    quoted: int  # number of the quotation, 0 outside


def words_of(sentence: str, values: Sequence[Value]) -> list[Word]:
    """An amount is the word `$amount`, a percentage `$percent`; other values stay as they are written."""
    masks = {v.start: v for v in values if v.kind in ("amount", "percent")}
    found: list[Word] = []
    clause = quote = at = 0
    inside = False
    for token in _TOKEN.finditer(_masked(sentence, list(masks.values()))):
        text, at = token[0], token.start()
        if text in _CLAUSE_END:
            clause += 1
        elif text in _QUOTES:
            inside = text in "«“„" or (text == '"' and not inside)
            quote += inside
        else:
            value = masks.get(at)
            known = f"${value.kind}" if value else text.lower()
            found.append(Word(known, at, token.end(), clause, quote if inside else 0))
    return found


def _masked(sentence: str, values: Sequence[Value]) -> str:
    """A value becomes one word of its length."""
    for value in values:
        sentence = sentence[: value.start] + "0" * (value.end - value.start) + sentence[value.end :]
    return sentence
