"""What a page does not show, and what stands around it on every page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from lxml import etree

from app.core.documents import Left
from app.engines.knowledge.documents.notes import BACK
from app.engines.knowledge.documents.styles import hidden_by_styles

_NEVER = frozenset((
    "script", "style", "head", "title", "template", "noscript", "noembed", "noframes", "iframe",
    "audio", "video", "canvas", "object", "datalist", "desc", "metadata", "defs", "symbol", "link",
    "meta", "param", "source", "track",
))  # fmt: skip
_FRAME = frozenset(("nav", "footer"))
_OWN_FOOTER = ("article", "section", "blockquote", "main", "aside", "details", "figure", "li", "td")
_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b", re.IGNORECASE)
_SHOWN = re.compile(r"(?:^|;)\s*display\s*:", re.IGNORECASE)


class Unseen:
    def __init__(self, root: etree._Element) -> None:
        self._by_styles = hidden_by_styles(root)
        self._lines: dict[Left, list[int]] = defaultdict(list)

    def skips(self, element: etree._Element) -> bool:
        """Remembers the line of what somebody may miss."""
        if element.tag in _NEVER or (element.tag == "a" and element.text in BACK):
            return True
        kind = Left.HIDDEN if self._hidden(element) else Left.FRAME if _is_frame(element) else None
        if kind is not None and any(text.strip() for text in element.itertext()):
            self._lines[kind].append(element.sourceline or 0)
        return kind is not None

    def told(self) -> Iterator[tuple[Left, str]]:
        for kind, lines in self._lines.items():
            yield kind, ", ".join(map(str, dict.fromkeys(lines)))

    def _hidden(self, element: etree._Element) -> bool:
        given = element.attrib
        return (
            given.get("hidden", "until-found").lower() != "until-found"
            or given.get("aria-hidden", "").lower() == "true"
            or (element.tag == "input" and given.get("type", "").lower() == "hidden")
            or (element.tag == "dialog" and "open" not in given)
            or bool(_STYLE.search(given.get("style", "")))
            or (element in self._by_styles and not _SHOWN.search(given.get("style", "")))
        )


def _is_frame(element: etree._Element) -> bool:
    """The menus and the footer of a site; a footer of an article belongs to it."""
    if element.tag not in _FRAME:
        return False
    return element.tag == "nav" or next(element.iterancestors(*_OWN_FOOTER), None) is None
