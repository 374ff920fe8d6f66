"""Text features for fitting and scoring: hashed n-grams of characters and words, without courtesies."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from app.core.text import clean, ends, without_yo
from app.engines.routing.keyboard import Keyboard

_OPENINGS = r"""
    здравствуй(?:те)?|приветствую|привет|добр(?:ый|ое|ой|ого)\s(?:день|дня|утро|утра|вечер|вечера|ночи|времени\sсуток)
    |уважаем\w+\s(?:команда|поддержка|коллеги|сотрудники|служба\sподдержки)
    |(?:под)?скажите,?\sпожалуйста|будьте\s(?:так\s)?(?:добры|любезны)
    |(?:извините|простите|прошу\sпрощения)(?:\sза\s(?:беспокойство|вторжение)|,?\sчто\s(?:я\s)?(?:отвлекаю|беспокою|тревожу)(?:\sвас)?)
    |если\s(?:вас\s)?не\s(?:затруднит|сложно|трудно)|пожалуйста
    |(?:hello|hi|hey)(?:\s(?:there|team|all|everyone|guys|sir))?|good\s(?:morning|afternoon|evening|day)
    |dear\s(?:team|sirs?|support|sir\sor\smadam|customer\sservice)|please|(?:(?:i\sam|i'm)\s)?(?:(?:so|very)\s)?sorry\sto\s(?:bother|trouble|disturb)(?:\syou)?
    |(?:i\s)?hope\s(?:you|this|all)(?:'re|\sare|\sis)?\s(?:(?:doing|finds|you|keeping)\s)*(?:well|fine|good)
    |(?:i\s)?hope\syou(?:'re|\sare)\shaving\sa\s(?:lovely|nice|good|great)\s(?:day|week)
    |i(?:'d|\swould)\sbe\s(?:(?:most|very|so|really)\s)?grateful(?:\sif\syou\s(?:could|would)\s(?:read\sthis|help(?:\sme)?))?
"""
_CLOSINGS = r"""
    заранее\s(?:большое\s|вам\s|вас\s)?(?:спасибо|благодар\w+)|(?:большое\s|огромное\s)?спасибо(?:\s(?:заранее|большое|огромное))?
    |спасибо\sза\s(?:помощь|ответ|внимание)|благодарю(?:\sвас|\sзаранее)?|с\sуважением|пожалуйста
    |(?:я\s)?бу(?:ду|дем)\s(?:вам\s)?(?:(?:очень|крайне|весьма)\s)?(?:признател\w+|благодар\w+)|и
    |(?:хорошего|доброго)\s(?:вам\s)?(?:дня|вечера)|всего\sдоброго
    |(?:many\s)?thank(?:s|\syou)(?:\s(?:so|very)\smuch|\sa\slot)?(?:\sin\sadvance)?(?:\sfor\s(?:your|the)\s(?:help|time))?
    |(?:with\s)?(?:kind|best|warm)(?:est)?\sregards|have\sa\s(?:nice|good|great|lovely)\sday|please|cheers|and
    |i(?:'d|\swould)\sbe\s(?:(?:most|very|so|really)\s)?grateful
"""
REACH = 200  # characters at the end that are searched: the pattern is quadratic in a row of exclamation marks
_EDGE = r"[\s,.!;:)(—–-]"
_OPENING = re.compile(rf"^(?:(?:{_OPENINGS})(?:{_EDGE}+|$))+", re.VERBOSE)
_CLOSING = re.compile(rf"(?:{_EDGE}+(?:{_CLOSINGS}))+{_EDGE}*$", re.VERBOSE)


def is_courtesy(text: str) -> bool:
    """A greeting or thanks and nothing else."""
    return not _CLOSING.sub("", f" {_OPENING.sub('', text)}"[-REACH:]).strip(" ,.!;:)(—–-")


def strip_courtesies(text: str) -> str:
    """Without greetings in front and thanks behind; a text that is nothing else stays as it is."""
    body = _OPENING.sub("", text)
    bare = body[:-REACH] + _CLOSING.sub("", body[-REACH:])
    return bare if len(bare.split()) > 1 else text


DIMENSIONS = 1 << 16
SIZES = (3, 4, 5)
STEM = 5
MAX_CHARACTERS = 20_000
SETTINGS = {
    "dimensions": DIMENSIONS,
    "characters": list(SIZES),
    "words": [1, 2],
    "stem": STEM,
    "hash": "crc32",
}
_WORD = re.compile(r"\w+|[?!]")


def fold(text: str) -> str:
    """Clean, lower-case, ё as е: the form that every stage works on."""
    return without_yo(clean(ends(text, MAX_CHARACTERS)).lower())


def normalize(text: str, keyboard: Keyboard) -> str:
    """The folded text as it was meant, whatever keyboard it was typed on, without courtesies at its ends."""
    return strip_courtesies(keyboard.repair(fold(text)))


def words_of(text: str) -> list[str]:
    return _WORD.findall(text)


def grams_of_word(word: str) -> Iterator[str]:
    """The word itself and its character n-grams; `<` and `>` are its ends."""
    yield f"w:{word}"
    padded = f"<{word}>"
    for size in SIZES:
        for start in range(len(padded) - size + 1):
            yield padded[start : start + size]


def grams(words: list[str]) -> Iterator[str]:
    """Of all words, of pairs, and of pairs of word beginnings with both ends of the text."""
    for word in words:
        yield from grams_of_word(word)
    for first, second in pairwise(words):
        yield f"p:{first} {second}"
    stems = ["^", *(word[:STEM] for word in words), "$"]
    for first, second in pairwise(stems):
        yield f"q:{first} {second}"


def hash_gram(gram: str) -> int:
    return crc32(gram.encode()) % DIMENSIONS


@dataclass(frozen=True, slots=True)
class Bag:
    """The occupied slots of one text, each with 1 + log(count)."""

    slots: NDArray[np.int64]
    values: NDArray[np.float32]

    @classmethod
    def of(cls, text: str) -> Bag:
        counts = Counter(map(hash_gram, grams(words_of(text))))
        slots = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
        values = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        return cls(slots, 1 + np.log(values))

    def weighted(self, idf: NDArray[np.float32]) -> Bag:
        """Times the inverse document frequency, to unit length."""
        values = self.values * idf[self.slots]
        return Bag(self.slots, values / max(float(np.linalg.norm(values)), 1e-9))
