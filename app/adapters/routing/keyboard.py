"""Russian typed on the wrong layout (`ghbdtn`) or in Latin letters (`privet`), English in Cyrillic (`руддщ`).

Which reading is meant is decided for the whole text by letter bigrams learnt from the training lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ALPHABETS = {"ru": " абвгдежзийклмнопрстуфхцчшщъыьэюя", "en": " abcdefghijklmnopqrstuvwxyz"}
_QWERTY = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`{}:\"<>~"
_JCUKEN = "йцукенгшщзхъфывапролджэячсмитьбюехъжэбюе"
_TO_RU = str.maketrans(_QWERTY, _JCUKEN)
_TO_EN = str.maketrans(_JCUKEN[:32], _QWERTY[:32])
_KEYS, _TELLING = re.compile(r"[a-z\[\];',.`{}:\"<>~]+"), re.compile(r"[a-z\[\]]")
_LATIN_WORD, _CYRILLIC_WORD = re.compile(r"[a-z']+"), re.compile(r"[а-я]+")
_LETTERS = dict(zip("abcdefghijklmnopqrstuvwyz'", "абцдефгхийклмнопкрстуввызь", strict=True)) | {"x": "кс"}
_SOUNDS = _LETTERS | {
    "tsya": "тся", "shch": "щ", "sch": "щ", "iya": "ия", "iyu": "ию", "iye": "ие", "iy": "ий", "yi": "ый",
    "yy": "ый", "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "sh": "ш", "yu": "ю", "ju": "ю", "ya": "я",
    "ja": "я", "yo": "е", "ye": "е",
}  # fmt: skip
_SOUND = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))
_SHORT_I = re.compile(r"(?<=[аеоуыэюя])ы|(?<=[аеоуыэюя])и\b|(?<=[ао])и(?=ти\b)")
KEYS, TRANSLIT, ENGLISH = 0.1, 0.15, 0.6
"""Nats a bigram by which another reading must be likelier than the text as it stands; more if it is short."""
SHORTNESS = 2.0


@dataclass(frozen=True)
class Bigrams:
    """Log-probabilities of the next letter; a space stands for both ends of a word."""

    letters: str
    table: NDArray[np.float32]

    @classmethod
    def learn(cls, letters: str, texts: Iterable[str]) -> Bigrams:
        index = {letter: i for i, letter in enumerate(letters)}
        counts = np.full((len(letters), len(letters)), 0.05)
        for text in texts:
            for word in re.findall(f"[{letters[1:]}]+", text):
                codes = [index[c] for c in f" {word} "]
                np.add.at(counts, (codes[:-1], codes[1:]), 1)
        return cls(letters, np.log(counts / counts.sum(axis=1, keepdims=True)).astype(np.float32))

    def likelihood(self, text: str) -> float:
        """Mean log-probability a bigram over the words of `text`; -20 where it has none."""
        words = re.findall(f"[{self.letters[1:]}]+", text)
        codes = [self.letters.index(c) for c in " " + " ".join(words) + " "]
        return float(self.table[codes[:-1], codes[1:]].mean()) if words else -20.0


def to_russian_keys(text: str) -> str:
    """Runs of keys; one of punctuation marks alone stays what it is."""
    return _KEYS.sub(lambda run: run[0].translate(_TO_RU) if _TELLING.search(run[0]) else run[0], text)


def to_english_keys(text: str) -> str:
    return text.translate(_TO_EN)


def from_translit(text: str) -> str:
    spelled = _LATIN_WORD.sub(lambda word: _SOUND.sub(lambda found: _SOUNDS[found[0]], word[0]), text)
    return _SHORT_I.sub("й", spelled)


@dataclass(frozen=True)
class Keyboard:
    """Gives back the reading of a lower-case text that is likeliest to have been meant."""

    ru: Bigrams
    en: Bigrams

    @classmethod
    def learn(cls, ru: Iterable[str], en: Iterable[str]) -> Keyboard:
        return cls(Bigrams.learn(ALPHABETS["ru"], ru), Bigrams.learn(ALPHABETS["en"], en))

    def repair(self, text: str) -> str:
        latin = sum(map(len, _LATIN_WORD.findall(text)))
        cyrillic = sum(map(len, _CYRILLIC_WORD.findall(text)))
        if latin > 2 * cyrillic:
            return self._russian(text)
        return self._english(text) if cyrillic and not latin else text

    def _russian(self, text: str) -> str:
        stands = self.en.likelihood(text)
        keys, spelled = to_russian_keys(text), from_translit(text)
        gains = {
            keys: self.ru.likelihood(keys) - stands - KEYS - SHORTNESS / 2 / len(text),
            spelled: self.ru.likelihood(spelled) - stands - TRANSLIT - SHORTNESS / len(text),
            text: 0.0,
        }
        return max(gains, key=lambda reading: gains[reading])

    def _english(self, text: str) -> str:
        reading = to_english_keys(text)
        gain = self.en.likelihood(reading) - self.ru.likelihood(text)
        return reading if gain > ENGLISH + SHORTNESS / len(text) else text
