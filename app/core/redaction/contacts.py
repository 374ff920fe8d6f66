"""E-mail addresses, also as they are read aloud, and Russian passports."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.core.redaction.window import Found

_DOT = r"(?:\s?\.\s?|\s(?:точка|dot)\s)"
_SPOKEN_DOT = r"\s?[\[(]?(?:точка|dot)[\])]?\s?"
_JOINT = r"\s(?:точка|dot|тире|дефис|минус|dash|(?:нижнее\s)?подч[её]ркивание|underscore)\s"
_LOCAL = rf"(?<![\w.+%-])(?:[\w+%-][\w.+%'-]*+(?:{_JOINT}[\w+%-]++){{0,4}})"
_ZONE = r"(?:ru|рф|ру|com|ком|net|нет|org|орг|su|by|kz|ua|io|me|de|uk|edu|info|бай|кз)"
_EMAIL = re.compile(
    rf"{_LOCAL}\s?@\s?[\w-]++(?:\.[\w-]++)+"  # vasya@mail.ru
    rf"|{_LOCAL}\s?@\s?[\w-]++(?:{_DOT}[\w-]++){{0,3}}{_DOT}{_ZONE}\b"  # vasya @ mail . ru
    rf"|{_LOCAL}\s?[\[({{<]\s?(?:at|собака|a|@)\s?[\])}}>]\s?[\w-]++(?:\.[\w-]++|{_SPOKEN_DOT}[\w-]++){{1,4}}"
    rf"|{_LOCAL}\s?(?:собака|собачка|sobaka|эт)\s?[\w-]++(?:(?:\.|{_DOT})[\w-]++){{0,3}}{_DOT}{_ZONE}\b"
    rf"|{_LOCAL}\sat\s[\w-]++(?:\s?dot\s?[\w-]++){{0,3}}\s?dot\s?{_ZONE}\b",
    re.IGNORECASE,
)
_SIGN = re.compile(r"@|соба[кч]|sobaka|\bat\b|\(a\)|эт\b", re.IGNORECASE)
_NUMBER_WORD = r"(?:[\s,;:/№#-]|номер\w{0,2}|number|no\.?|n\b){0,6}"
_SERIES = r"(?<!\d)\d\d[ -]?\d\d"
_PASSPORT = re.compile(
    r"(?:паспорт\w{0,3}|passport|сери[яию])[^\d\n]{0,40}+"
    rf"(?P<a>{_SERIES}{_NUMBER_WORD}\d{{3}} ?\d{{3}}(?!\d)"
    r"|\d\d[ №-]{0,3}\d{7}(?!\d))"
    rf"|(?P<b>{_SERIES}[ ,№-]{{1,4}}\d{{6}}(?!\d))(?=[^\d\n]{{0,16}}(?:паспорт|passport))",
    re.IGNORECASE,
)


def emails_in(text: str) -> Iterator[Found]:
    if _SIGN.search(text):
        for found in _EMAIL.finditer(text):
            yield *found.span(), "email"


def passports_in(text: str) -> Iterator[Found]:
    for found in _PASSPORT.finditer(text):
        yield *found.span(found.lastgroup or 0), "passport"
