"""Numbers of a Word document's lists: mammoth begins each list at 1, Word goes on or begins elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree

from app.engines.knowledge.documents.word_markup import W

_PARAGRAPH = f"{W}p"
_ITEM = re.compile("<li>((?:<[^<>]*>)*)\ue000([0-9]+)\ue001")
_MARK = re.compile("\ue000[0-9]+\ue001")
_LARGEST = 10**6


class Numbers:
    """Counts items by list and level; a list is what shares an abstract definition."""

    def __init__(self, numbering: etree._Element | None) -> None:
        self._lists: dict[str, str] = {}
        self._starts: dict[tuple[str, int], int] = {}
        self._anew: dict[tuple[str, int], int] = {}
        self._counts: dict[str, dict[int, int]] = {}
        if numbering is not None:
            self._learn(numbering)

    def mark(self, paragraphs: Iterable[etree._Element]) -> None:
        for paragraph in paragraphs:
            number = paragraph.find(f"{W}pPr/{W}numPr/{W}numId")
            deleted = paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None
            if deleted or number is None or number.get(f"{W}val") not in self._lists:
                continue
            level = _value(paragraph.find(f"{W}pPr/{W}numPr/{W}ilvl"), 0)
            run = etree.Element(f"{W}r")
            etree.SubElement(
                run, f"{W}t"
            ).text = f"\ue000{self._next(number.get(f'{W}val', ''), level)}\ue001"
            if next(paragraph.iter(f"{W}t"), None) is not None:
                paragraph[0].addnext(run)

    def _learn(self, numbering: etree._Element) -> None:
        for abstract in numbering.iter(f"{W}abstractNum"):
            for level in abstract.iter(f"{W}lvl"):
                place = abstract.get(f"{W}abstractNumId", ""), int(level.get(f"{W}ilvl", "0"))
                self._starts[place] = _value(level.find(f"{W}start"), 1)
        for each in numbering.iter(f"{W}num"):
            number, abstract = each.get(f"{W}numId", ""), each.find(f"{W}abstractNumId")
            self._lists[number] = "" if abstract is None else abstract.get(f"{W}val", "")
            for level in each.iter(f"{W}lvlOverride"):
                if (start := level.find(f"{W}startOverride")) is not None:
                    self._anew[number, int(level.get(f"{W}ilvl", "0"))] = _value(start, 1)

    def _next(self, number: str, level: int) -> int:
        known = self._lists[number]
        counts = self._counts.setdefault(known, {})
        begins = self._anew.pop((number, level), None)
        if begins is None and level in counts:
            counts[level] += 1
        else:
            counts[level] = self._starts.get((known, level), 1) if begins is None else begins
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]
        return counts[level]


def with_numbers(page: str) -> str:
    return _MARK.sub("", _ITEM.sub(r'<li value="\2">\1', page))


def _value(element: etree._Element | None, otherwise: int) -> int:
    given = "" if element is None else str(element.get(f"{W}val", ""))
    return min(int(given), _LARGEST) if given.isdecimal() else otherwise
