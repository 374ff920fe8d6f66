"""The same message as other people would type or say it. Deterministic, no model; the meaning stays.

A perturbation that does not apply (ё in English, say) returns the text unchanged, and is then not counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from random import Random
from typing import Any, cast

from app.core.locales import read
from app.core.text import language_of

Perturbation = Callable[[str, Random], str]
PREFIX_WORDS = 300
_WORD = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_QWERTY = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_JCUKEN = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_KEYS_EN = str.maketrans(_JCUKEN + _JCUKEN.upper(), _QWERTY + '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>')
_KEYS_RU = str.maketrans(_QWERTY, _JCUKEN) | {
    ord(key.upper()): letter.upper() for key, letter in zip(_QWERTY, _JCUKEN, strict=True) if key.isalpha()
}
_ROWS = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_LATIN = dict(zip("абвгдезийклмнопрстуфхцыэ", "abvgdeziyklmnoprstufhcye", strict=True)) | {
    "ё": "yo", "ж": "zh", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ь": "", "ю": "yu", "я": "ya",
}  # fmt: skip
_TRANSLIT = str.maketrans(_LATIN | {k.upper(): v.capitalize() for k, v in _LATIN.items()})


def phrases(lang: str) -> dict[str, Any]:
    return cast(dict[str, Any], read("perturbations", lang))


def yo(text: str, _luck: Random) -> str:
    """ё as е; a text without ё gets it where it belongs."""
    if "ё" in text.lower():
        return text.translate(str.maketrans("ёЁ", "еЕ"))
    return _word_by_word(text, phrases("ru")["yo"])


def case_lower(text: str, _luck: Random) -> str:
    return text.lower()


def case_upper(text: str, _luck: Random) -> str:
    return text.upper()


def typos(text: str, luck: Random) -> str:
    """A slip in about one word of four, never in a short one."""
    long = [found for found in _WORD.finditer(text) if len(found[0]) >= 4]
    for found in sorted(luck.sample(long, -(-len(long) // 4)), key=lambda m: -m.start()):
        text = text[: found.start()] + _slip(found[0], luck) + text[found.end() :]
    return text


def layout(text: str, _luck: Random) -> str:
    """Typed with the keyboard in the other language."""
    return text.translate(_KEYS_EN if language_of(text) == "ru" else _KEYS_RU)


def translit(text: str, _luck: Random) -> str:
    return text.translate(_TRANSLIT)


def no_punctuation(text: str, _luck: Random) -> str:
    marks = (" " if c in "-–—/" else "" if unicodedata.category(c)[0] == "P" else c for c in text)
    return _fold("".join(marks))


def speech(text: str, luck: Random) -> str:
    """As a recogniser writes it: lower case, no marks, figures in words."""
    words = phrases(language_of(text))
    for sign, said in words["signs"].items():
        text = text.replace(sign, f" {said} ")
    spelled = _DIGIT.sub(lambda found: f" {words['digits'][int(found[0])]} ", no_punctuation(text, luck))
    return _fold(spelled.lower())


def fillers(text: str, luck: Random) -> str:
    words, known = text.split(), phrases(language_of(text))["fillers"]
    for _ in range(1 + len(words) // 8):
        words.insert(luck.randint(0, len(words)), luck.choice(known))
    return " ".join(words)


def mixing(text: str, _luck: Random) -> str:
    """Words of the other language where people borrow them; a borrowed remark where none is found."""
    known = phrases(language_of(text))
    mixed = _word_by_word(text, known["mixing"])
    return mixed if mixed != text else f"{text} {known['remark']}"


def polite(text: str, luck: Random) -> str:
    known = phrases(language_of(text))
    return f"{luck.choice(known['greetings'])} {text} {luck.choice(known['thanks'])}"


def prefix(text: str, luck: Random) -> str:
    """300 words, or up to the end of that sentence, about nothing that an agent handles; then the message."""
    sentences = list(phrases(language_of(text))["prefix"])
    luck.shuffle(sentences)
    said = ""
    while sentences and len(said.split()) < PREFIX_WORDS:
        said += sentences.pop() + " "
    return said + text


PERTURBATIONS: dict[str, Perturbation] = {
    each.__name__: each
    for each in (
        yo, case_lower, case_upper, typos, layout, translit, no_punctuation, speech, fillers, mixing, polite,
        prefix,
    )
}  # fmt: skip


def _slip(word: str, luck: Random) -> str:
    at = luck.randrange(1, len(word) - 1)
    kind = luck.choice(("swap", "drop", "double", "neighbour"))
    if kind == "swap" and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    if kind == "neighbour" and (near := _beside(word[at])):
        return word[:at] + luck.choice(near) + word[at + 1 :]
    return word[:at] + word[at] + word[at:]


def _beside(letter: str) -> str:
    """The keys to the left and right."""
    for row in _ROWS:
        if (at := row.find(letter)) >= 0:
            return row[max(0, at - 1) : at] + row[at + 1 : at + 2]
    return ""


def _word_by_word(text: str, other: dict[str, str]) -> str:
    def swap(found: re.Match[str]) -> str:
        said = other.get(found[0].lower())
        if said is None:
            return found[0]
        return said.capitalize() if found[0][0].isupper() else said

    return _WORD.sub(swap, text)


def _fold(text: str) -> str:
    return " ".join(text.split())
