"""Russian typed on the wrong layout (`ghbdtn`) or in Latin letters (`privet`), English in Cyrillic (`руддщ`).

Which reading is meant is decided for the whole text by letter bigrams learnt from the training lines.
Addresses, codes and passwords tell nothing and stay as they are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from app.engines.routing.translit import replace_digits, spell, to_sounds

ALPHABETS = {"ru": " абвгдежзийклмнопрстуфхцчшщъыьэюя", "en": " abcdefghijklmnopqrstuvwxyz"}
_QWERTY = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`{}:\"<>~"
_JCUKEN = "йцукенгшщзхъфывапролджэячсмитьбюехъжэбюе"
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_TO_RU = str.maketrans(_QWERTY, _JCUKEN)
_TO_EN = str.maketrans(_JCUKEN[:32], _QWERTY[:32])
_KEYS, _TELLING = re.compile(r"[a-z\[\];',.`{}:\"<>~]+"), re.compile(r"[a-z\[\]]")
_LATIN_WORD, _CYRILLIC_WORD = re.compile(r"[a-z']+"), re.compile(r"[а-я]+")
_CODE = re.compile(r"[^\W_][@_$#%^&*=+|\\/]+[^\W_]|[a-z]-?\d|\d-?[a-z]")
_INSIDE = re.compile(r"[\[\]`;]|[,.<>:\"{}](?=\w)|'(?![a-z])|(?<![a-z])'")
BRIEF = frozenset(
    "да нет ага угу ну где как кто что чек код чат это эй hi yes hey thx".split()  # noqa: SIM905
)
"""Of up to three letters only these are read otherwise than they stand: the rest are abbreviations."""
KEYS, TRANSLIT, ENGLISH = 0.1, 0.15, 0.6
"""Nats a bigram by which another reading must be likelier than the text as it stands; more if it is short."""
SHORTNESS, BRIEFEST = 2.0, 3
KNOWN = 0.7  # nats that usual words are worth in Latin letters, where bigrams tell least
USUAL = 2  # lines
_UNTOLD = str.maketrans({"ь": None, "ъ": None, "й": "и", "ы": "и", "э": "е", "щ": "ш"})
SPOILT = 0.25  # share of words with marks inside that no English text has

Reading = Callable[[str], str]


@dataclass(frozen=True)
class Spelling:
    """Of a language: log-probabilities of the next letter, where a space stands for both ends of a word, and
    the words that are usual, as `code_of`."""

    letters: str
    table: NDArray[np.float32]
    words: frozenset[int] = frozenset()

    @classmethod
    def learn(cls, letters: str, texts: Iterable[str]) -> Spelling:
        index = {letter: i for i, letter in enumerate(letters)}
        counts = np.full((len(letters), len(letters)), 0.05)
        heard: Counter[str] = Counter()
        for text in texts:
            words = re.findall(f"[{letters[1:]}]+", text)
            heard.update(set(words))
            for word in words:
                codes = [index[c] for c in f" {word} "]
                np.add.at(counts, (codes[:-1], codes[1:]), 1)
        usual = frozenset(code_of(word) for word, times in heard.items() if times >= USUAL)
        return cls(letters, np.log(counts / counts.sum(axis=1, keepdims=True)).astype(np.float32), usual)

    def likelihood(self, text: str) -> float:
        """Mean log-probability a bigram over the words of `text`; -20 where it has none."""
        words = self._words(text)
        codes = [self.letters.index(c) for c in " " + " ".join(words) + " "]
        return float(self.table[codes[:-1], codes[1:]].mean()) if words else -20.0

    def share_known(self, text: str) -> float:
        """Share of its words that are usual ones."""
        words = self._words(text)
        return sum(code_of(word) in self.words for word in words) / max(1, len(words))

    def _words(self, text: str) -> list[str]:
        return re.findall(f"[{self.letters[1:]}]+", text)


def code_of(word: str) -> int:
    """Alike for what Latin letters do not tell apart."""
    return crc32(word.translate(_UNTOLD).encode())


def to_russian_keys(text: str) -> str:
    """Runs of keys; one of punctuation marks alone stays what it is."""
    return _KEYS.sub(lambda run: run[0].translate(_TO_RU) if _TELLING.search(run[0]) else run[0], text)


def to_english_keys(text: str) -> str:
    return text.translate(_TO_EN)


def is_code(word: str) -> bool:
    """An address, a number of a thing, a password. `4to` and `po4tu` are words."""
    return bool(_CODE.search(replace_digits(word)))


def identity(text: str) -> str:
    return text


@dataclass(frozen=True)
class Keyboard:
    """Gives back the reading of a lower-case text that is likeliest to have been meant."""

    ru: Spelling
    en: Spelling

    @classmethod
    def learn(cls, ru: Iterable[str], en: Iterable[str]) -> Keyboard:
        return cls(Spelling.learn(ALPHABETS["ru"], ru), Spelling.learn(ALPHABETS["en"], en))

    def repair(self, text: str) -> str:
        words = text.split()
        read = self._reading(" ".join(word for word in words if not is_code(word)))
        if read is identity:
            return text
        meant = " ".join(word if is_code(word) else read(word) for word in words)
        return spell(meant) if read is to_sounds else meant

    def _reading(self, text: str) -> Reading:
        latin = sum(map(len, _LATIN_WORD.findall(text)))
        cyrillic = sum(map(len, _CYRILLIC_WORD.findall(text)))
        if latin > 2 * cyrillic:
            return self._russian(text)
        return to_english_keys if cyrillic and not latin and self._is_english(text) else identity

    def _russian(self, text: str) -> Reading:
        telling = "".join(word.rstrip("!?.,") for word in text.split() if not word.isdigit())
        if len(telling) <= BRIEFEST:
            readings = (to_russian_keys, to_sounds)
            return next((read for read in readings if read(telling) in BRIEF), identity)
        if any(text in row for row in _ROWS) or any("\u00c0" <= letter <= "\u024f" for letter in text):
            return identity  # a hand over the keys; a third language
        stands = self.en.likelihood(text)
        keys, spelled = to_russian_keys(text), to_sounds(text)
        usual = KNOWN * (self.ru.share_known(spelled) - self.en.share_known(text))
        gains: dict[Reading, float] = {
            to_russian_keys: self.ru.likelihood(keys) - KEYS - SHORTNESS / 2 / len(text),
            to_sounds: self.ru.likelihood(spelled) + usual - TRANSLIT - 2 * SHORTNESS / len(text),
            identity: stands,
        }
        return max(gains, key=lambda read: gains[read])

    def _is_english(self, text: str) -> bool:
        words = to_english_keys(text).split()
        if len("".join(words)) <= BRIEFEST:
            return words[0] in BRIEF
        spoilt = sum(bool(_INSIDE.search(word)) for word in words)
        gain = self.en.likelihood(" ".join(words)) - self.ru.likelihood(text)
        return spoilt <= SPOILT * len(words) and gain > ENGLISH + SHORTNESS / len(text)
