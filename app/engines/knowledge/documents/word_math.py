"""Formulas on one line."""

from __future__ import annotations

from lxml import etree

_BEFORE = {"den": "/", "sup": "^", "sub": "_", "rad": "√"}


def linear(math: etree._Element) -> str:
    """`1/2` and not `12`."""
    parts: list[str] = []
    for element in math.iter():
        name = etree.QName(element).localname
        parts.append((element.text or "") if name == "t" else _BEFORE.get(name, ""))
    return "".join(parts)
