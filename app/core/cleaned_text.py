"""What a customer's line says, whatever it was typed on, and the language of the dialog after it.

Both are found once a line, at the beginning of a turn. Router, search and the embedded model read the result;
what is stored, and what language models read, stays as typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from app.core.colloquial import in_plain_words
from app.core.locales import languages, read
from app.core.text import fold, language_of

Detect = Callable[[str, str], str]
"""Text and default; the default is returned for a text without letters."""
CLEAR = 2
"""Different words of another language that make a line one in that language."""
NAMES = 2
"""Words of a product name. In a language without a list of clear words, more of them are a sentence."""
_CYRILLIC_WORD = re.compile(
    r"(?<![^\W\d_])[а-яё]{2,}(?![^\W\d_])"
)  # in lower case: no name of a person or place
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_WORD_OR_HYPHEN = re.compile(r"[\w'-]+")
_NOT_SAID = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"|\S*[@/\\_]\S*|\w+\.\w\S*")
"""What is quoted, and addresses."""


@dataclass(frozen=True, slots=True)
class CleanedLine:
    """`text` as it was meant; `language` of the dialog once it has been said."""

    text: str
    language: str


@dataclass(frozen=True)
class LineCleaner:
    """`repair` undoes a wrong keyboard layout and transliteration.

    `always` is the language of the dialog, whatever is said.
    """

    repair: Callable[[str], str] = str
    detect: Detect = language_of
    always: str = ""

    def clean(self, typed: str, before: str = "") -> CleanedLine:
        """`before` is the language spoken so far; empty at the beginning."""
        text = typed if _is_lone_word_in(typed, before) else self.repair(typed)
        language = self.always or self._language(typed, text, before)
        return CleanedLine(in_plain_words(text, language), language)

    def clean_all(self, typed: Iterable[str], before: str = "") -> list[CleanedLine]:
        """The lines of one customer in their order."""
        cleaned: list[CleanedLine] = []
        for line in typed:
            cleaned.append(self.clean(line, cleaned[-1].language if cleaned else before))
        return cleaned

    def language(self, text: str, default: str) -> str:
        """Of a text by itself."""
        return self.clean(text, "").language or default

    def _language(self, typed: str, text: str, before: str) -> str:
        found = language_of(text, before) if text != typed else self.detect(text, before)
        asked = _requested(text)
        if asked:
            return asked
        if found == before or (before and not is_clear(text, found)):
            return before
        own = found != "ru" and _CYRILLIC_WORD.search(text) and not is_clear(text, found)
        return "ru" if own else found


def spoken_language(texts: Sequence[str], before: str = "", cleaner: LineCleaner | None = None) -> str:
    """After the last of a customer's lines. `before` is the language of an earlier dialog."""
    cleaned = (cleaner or LineCleaner()).clean_all(texts, before)
    return (cleaned[-1].language if cleaned else before) or "ru"


def is_clear(text: str, language: str) -> bool:
    """False for names, codes and addresses, which are the same in every language, and for what is quoted."""
    said = _NOT_SAID.sub(" ", text)
    if language == "ru":
        return bool(_CYRILLIC_WORD.search(said))
    words = {word.replace("’", "'") for word in _WORD.findall(said.casefold())}
    listed = _clear_words(language)
    return len(words & listed) >= CLEAR if listed else len(words) > NAMES


def _is_lone_word_in(typed: str, before: str) -> bool:
    """A single English word of an English dialog is that word, whatever it resembles; so is a Russian one."""
    return bool(before) and len(typed.split()) == 1 and language_of(typed, "") == before


def _requested(text: str) -> str:
    """The language that a customer asks to be answered in; empty where none is asked for."""
    said = " ".join(_WORD_OR_HYPHEN.findall(fold(text)))
    return next((language for language, pattern in _request_patterns().items() if pattern.search(said)), "")


@cache
def _request_patterns() -> dict[str, re.Pattern[str]]:
    """By language; for words with one blank between them."""
    found = {}
    for language in languages("language.yaml"):
        anywhere, whole = (_alternatives(kind, language) for kind in ("requests", "request_lines"))
        found[language] = re.compile(rf"\b(?:{anywhere})\b|^(?:{whole})$")
    return found


def _alternatives(kind: str, language: str) -> str:
    phrases = {" ".join(_WORD_OR_HYPHEN.findall(fold(each))) for each in _listed(kind, language)}
    return "|".join(map(re.escape, sorted(phrases, key=len, reverse=True)))


@cache
def _clear_words(language: str) -> frozenset[str]:
    return frozenset(_listed("clear", language))


def _listed(kind: str, language: str) -> list[str]:
    found: list[str] = read("language", language)[kind] if language in languages("language.yaml") else []
    return found
