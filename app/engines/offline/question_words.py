"""What a customer's line says again of the question that was put: its words, sums, numbers and terms."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache

from app.core.actions import BY_TOOL
from app.core.locales import read_all
from app.engines.offline.entities import values_in
from app.engines.offline.lexicon import Stems, acts_of, contains, manner, plain

ARGUMENTS = {"item": "item", "plan": "item", "period": "period", "delivery": "delivery"}
"""Fields of an act, and the values that name them."""
REPEATED = 3  # letters at least of a word that may be said again
ALIKE = 5  # first letters by which a word is another form of one of the question
SMALL = 2  # digits of a figure that means nothing without the word beside it
TOKEN = re.compile(r"[\w'’]+|[^\w\s.,;:!?()\[\]—–\-…*\"«»“”„]")
_NUMBER = re.compile(r"(?<!\w)[a-zа-я]-(?=\d{3})")
_THOUSANDS = re.compile(r"(?<=\d)[ ,\u00a0\u202f](?=\d{3}(?!\d))")
_PENCE = re.compile(r"(?<=\d)[.,](?=\d{1,2}(?!\d))")
_SIZES = range(8, 0, -1)  # words of a phrase


def joined(text: str) -> str:
    return " ".join(TOKEN.findall(text))


def longest(tokens: list[str], at: int, known: Container[str]) -> int:
    """Words of the longest known phrase that begins there."""
    return next((n for n in _SIZES if " ".join(tokens[at : at + n]) in known), 0)


def figures_as_words(text: str) -> str:
    """ "1 290", "12.90" and "O-1005" are one word each."""
    return _PENCE.sub("_", _THOUSANDS.sub("", _NUMBER.sub("", text)))


def figures_in(text: str) -> set[str]:
    return {word for word in TOKEN.findall(text) if word[0].isdigit()}


def stems_of(skill: str) -> Stems:
    return tuple(stem for words in acts_of(skill) for stem in words.thing)


def kind_of(skill: str, tokens: list[str], at: int, asked: str) -> str:
    """`given`: the figures, and what the act would give the customer, may stand beside a bare yes. `again`,
    `thing`: other words of the question, and what the act is done to, only beside the act itself, since
    "yes, the order" keeps what would be cancelled. Empty: a word that the question does not have."""
    word = tokens[at]
    if word[0].isdigit():
        return "given" if _is_same_figure(tokens, at, TOKEN.findall(asked)) else ""
    fields = BY_TOOL[skill].model_fields if skill in BY_TOOL else {}
    given = {kind for name, kind in ARGUMENTS.items() if name in fields}
    named = {kind for kind in ARGUMENTS.values() if set(values_in(kind, word)) & set(values_in(kind, asked))}
    if named & given or contains(tuple(stem for words in acts_of(skill) for stem in words.given), word):
        return "given"
    repeated = (
        len(word) >= REPEATED and word in TOKEN.findall(asked) and not contains(manner("reserve"), word)
    )
    if repeated and contains(manner("one_more"), word):
        return "given"
    return "thing" if named or contains(stems_of(skill), word) else "again" if repeated else ""


def _is_same_figure(tokens: list[str], at: int, asked: list[str]) -> bool:
    """ "5" of "5 days" is no number of pieces."""
    places = [n for n, word in enumerate(asked) if word == tokens[at]]
    if len(tokens[at]) > SMALL:
        return bool(places)
    beside = _neighbours(tokens, at)
    return any(beside & _neighbours(asked, n) for n in places)


def _neighbours(tokens: list[str], at: int) -> set[str]:
    bare = [word for word in tokens[:at] if word not in manner("span")][-1:]
    return {*bare, *[word for word in tokens[at + 1 :] if word not in manner("span")][:1]}


def is_of_question(skill: str, tokens: list[str], at: int, asked: str) -> bool:
    """A word of the question in any form, or of its terms."""
    word = tokens[at]
    if contains(manner("reserve"), word):
        return False
    alike = len(word) >= ALIKE and any(other[:ALIKE] == word[:ALIKE] for other in TOKEN.findall(asked))
    plural = word.rstrip("s") in {other.rstrip("s") for other in TOKEN.findall(asked)}
    return bool(kind_of(skill, tokens, at, asked)) or alike or (plural and len(word) >= REPEATED)


def leans(said: str) -> bool:
    """It names no subject of its own but money: "and when?", "when will it be charged?"."""
    money = (*manner("charged"), *manner("cost"), *stems_of("cancel_subscription"))
    return contains(money, said) or len(subject_words(said).split()) <= 1


def subject_words(said: str) -> str:
    """Without those that do not tell what a line is about."""
    words = (word for word in TOKEN.findall(plain(said)) if word[0].isalpha())
    return " ".join(word for word in words if word not in _filling())


@cache
def _filling() -> frozenset[str]:
    """Words that do not tell what a line is about, of all languages."""
    return frozenset(plain(str(word)) for known in read_all("function_words").values() for word in known)
