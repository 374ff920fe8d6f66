"""Word styles (headings, hidden text), list numbering and formulas as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree

_BEFORE = {"den": "/", "sup": "^", "sub": "_", "rad": "√"}


def linear(math: etree._Element) -> str:
    """`1/2` and not `12`."""
    parts: list[str] = []
    for element in math.iter():
        name = etree.QName(element).localname
        parts.append((element.text or "") if name == "t" else _BEFORE.get(name, ""))
    return "".join(parts)


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TITLE = "level title"
LEVELS = tuple(f"level {number}" for number in range(1, 10))
_HEADING = re.compile(r"(?:heading|заголовок) (\d)$", re.IGNORECASE)
_TITLES = ("title", "название")
_OFF = ("0", "false", "off")


def is_on(element: etree._Element | None) -> bool | None:
    """None where nothing is said."""
    return None if element is None else element.get(f"{W}val", "1").lower() not in _OFF


class Styles:
    """Headings are renamed to TITLE and LEVELS."""

    def __init__(self, root: etree._Element | None) -> None:
        found = root.iter(f"{W}style") if root is not None else ()
        self._by_id = {style.get(f"{W}styleId", ""): style for style in found}
        for style in self._by_id.values():
            name = style.find(f"{W}name")
            if name is not None and style.get(f"{W}type") == "paragraph":
                name.set(f"{W}val", self._name(style) or name.get(f"{W}val", ""))

    def hides(self, style_id: str) -> bool | None:
        for style in self._line(style_id):
            if (said := is_on(style.find(f"{W}rPr/{W}vanish"))) is not None:
                return said
        return None

    def _name(self, style: etree._Element) -> str:
        for each in self._line(style.get(f"{W}styleId", "")):
            name = _value(each.find(f"{W}name"))
            outline = _value(each.find(f"{W}pPr/{W}outlineLvl"))
            if name == TITLE or name.lower() in _TITLES:
                return TITLE
            if name in LEVELS:
                return name
            if outline:
                return LEVELS[int(outline)] if outline in "012345678" else ""
            if level := _HEADING.match(name):
                return LEVELS[max(int(level[1]), 1) - 1]
        return ""

    def _line(self, style_id: str) -> list[etree._Element]:
        """The style and those that it is based on."""
        line: list[etree._Element] = []
        while (style := self._by_id.get(style_id)) is not None and style not in line:
            line.append(style)
            style_id = _value(style.find(f"{W}basedOn"))
        return line


def _value(element: etree._Element | None) -> str:
    return "" if element is None else str(element.get(f"{W}val", ""))


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
            level = _number(paragraph.find(f"{W}pPr/{W}numPr/{W}ilvl"), 0)
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
                self._starts[place] = _number(level.find(f"{W}start"), 1)
        for each in numbering.iter(f"{W}num"):
            number, abstract = each.get(f"{W}numId", ""), each.find(f"{W}abstractNumId")
            self._lists[number] = "" if abstract is None else abstract.get(f"{W}val", "")
            for level in each.iter(f"{W}lvlOverride"):
                if (start := level.find(f"{W}startOverride")) is not None:
                    self._anew[number, int(level.get(f"{W}ilvl", "0"))] = _number(start, 1)

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


def _number(element: etree._Element | None, otherwise: int) -> int:
    given = "" if element is None else str(element.get(f"{W}val", ""))
    return min(int(given), _LARGEST) if given.isdecimal() else otherwise
