"""Styles of a Word document: which are headings, in any language, and which hide their text."""

from __future__ import annotations

import re

from lxml import etree

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
