"""Postal addresses in Russian and English: a street with a house, or a house with a flat."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.core.redaction.window import Found

_CAP = r"(?:\d{1,3}(?:-\w{1,3})?\s)?[А-ЯЁ][\w-]{1,30}"
_SHORT = r"(?:ул\.|пр-?к?т\.?|просп\.|пер\.|бул\.|б-р|наб\.|мкр\.?|пл\.)"
_FULL = (
    r"(?:[Уу]лиц\w{1,2}|[Пп]роспект\w{0,2}|[Пп]ереул\w{2,4}|[Бб]ульвар\w{0,2}|[Шш]оссе|[Нн]абережн\w{2,3}|"
    r"[Пп]лощад\w{1,2}|[Пп]роезд\w{0,2}|[Аа]лле\w|[Мм]икрорайон\w{0,2}|ул|УЛ)"
)
_UNIT = (
    r"(?![\d.,]*\d|\s?(?:руб|р\.|₽|%|мин|час|сут|"
    r"дн|ден|день|раз|км|м\b|м2|гб|мб|мбит|чел|год|лет|град|°|к\b|тыс|шт))"
)
_NUMBER = r"\d{1,4}(?:\s?[а-гА-Г]\b|[/-]\d{1,3}|[а-яА-Я]\b)?"
_HOUSE = rf"(?:(?:[Дд](?:ом)?\.?\s{{0,2}})?{_NUMBER}{_UNIT})"
_MARKED = rf"(?:(?:д|дом)\.?\s{{0,2}}{_NUMBER}{_UNIT})"
_PART = (
    r"(?:[,\s]{1,2}(?:к|корп(?:ус)?|стр(?:оение)?|кв|квартира|под(?:ъезд)?|эт(?:аж)?|оф(?:ис)?|домофон)"
    r"\.?\s?\d{1,4}[а-я]?\b|[,\s]{1,2}\d{1,2}\s(?:подъезд|этаж))"
)
_FLAT = r"(?:[,\s]{1,2}(?:кв|квартира)\.?\s?\d{1,4}\b)"
_NAME = r"(?:\d{1,3}(?:-\w{1,3})?\s)?\w[\w-]{1,30}"
_MORE = r"(?:\s\w[\w.-]{1,30}){0,2}[,\s]{1,3}"
_RUSSIAN = re.compile(
    rf"\b(?:{_SHORT}\s?{_NAME}{_MORE}{_HOUSE}{_PART}{{0,6}}"
    rf"|{_FULL}\s{_CAP}{_MORE}{_HOUSE}{_PART}{{0,6}}"
    rf"|{_FULL}\s{_NAME}{_MORE}(?:{_MARKED}{_PART}{{0,6}}|{_NUMBER}{_PART}{{1,6}})"
    rf"|{_CAP}\s(?:{_SHORT}|{_FULL})[,\s]{{1,3}}{_HOUSE}{_PART}{{0,6}}"
    rf"|[а-яёА-ЯЁ][а-яё-]{{2,30}}(?:,\s?|\s){_NUMBER}{_FLAT}{_PART}{{0,5}}"
    rf"|[Дд](?:ом)?\.?\s?{_NUMBER}{_PART}{{0,3}}{_FLAT}{_PART}{{0,4}})"
)
_TOWN_BEFORE = re.compile(
    r"(?:\b\d{6},?\s{0,2})?"
    r"(?:(?:(?:[Гг]ород|[Гг]\.?|[Пп]ос\.|[Сс]ело|[Сс]\.|[Дд]ер\.)\s?)?"
    r"[А-ЯЁ][\w-]{1,30}(?:\s(?:область|край|обл\.?|район|р-н))?,\s{0,2}){0,4}\Z"
)
_STREET = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Square|Terrace|"
    r"Crescent|Close|Highway|Hwy|Way)"
)
_LOW = r"(?:street|st|avenue|ave|road|rd|lane|drive)\b\.?"
_UNIT_EN = r"(?:,?\s(?:(?:apt|apartment|flat|unit|suite|ste|floor)\.?\s?#?|#)\w{1,6}\b)"
_TOWN_EN = (
    r"(?:,\s[A-Z][a-z]{1,20}(?:\s[A-Z][a-z]{1,20}){0,2}){0,2}"
    r"(?:,?\s[A-Z]{2},?\s\d{5}(?:-\d{4})?\b|,?\s[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b)?"
)
_AT = (
    r"(?:live at|lives at|living at|address(?: is|:)?|moved to|"
    r"(?:deliver|delivered|ship|shipped|send) (?:it )?to)\s"
)
_ENGLISH = re.compile(
    rf"(?<![\w.,$€£])\d{{1,5}}[A-Za-z]?\s(?:[A-Z][\w'’.-]{{0,20}}\s){{1,4}}"
    rf"{_STREET}\b\.?(?i:{_UNIT_EN}){{0,2}}{_TOWN_EN}"
    rf"|(?<=\s)\d{{1,5}}[a-z]?\s(?:[a-z]{{2,20}}\s){{1,2}}{_LOW}(?i:{_UNIT_EN}){{1,2}}"
    rf"|(?i:{_AT})(?P<at>\d{{1,5}}[a-z]?\s(?:[a-z]{{2,20}}\s){{1,3}}{_LOW}(?i:{_UNIT_EN}){{0,2}})"
    r"|\bP\.?\s?O\.?\s?[Bb]ox\s\d{1,6}"
)


def addresses_in(text: str) -> Iterator[Found]:
    for found in _RUSSIAN.finditer(text):
        before = _TOWN_BEFORE.search(text, max(0, found.start() - 90), found.start())
        assert before is not None
        yield before.start(), found.end(), "address"
    for found in _ENGLISH.finditer(text):
        yield *found.span(found.lastgroup or 0), "address"
