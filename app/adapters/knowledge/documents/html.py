"""HTML pages: what is read, without scripts, menus and footers."""

from __future__ import annotations

from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag

from app.adapters.knowledge.documents.sections import Block, Heading, Section, sections
from app.adapters.knowledge.documents.text import decoded

_UNREAD = (
    "script",
    "style",
    "noscript",
    "template",
    "nav",
    "footer",
    "aside",
    "form",
    "svg",
    "head",
    "iframe",
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_PLAIN = ("p", "pre", "blockquote", "dt", "dd", "figcaption", "address", "summary")
_WHOLE = (*_HEADINGS, *_PLAIN, "ul", "ol", "table")
_HOLDERS = ("div", "section", "article", "main", "td", "details", "body", "header")


def read_html(name: str, data: bytes) -> list[Section]:
    soup = BeautifulSoup(decoded(name, data), "lxml")
    for tag in soup(_UNREAD):
        tag.decompose()
    return list(sections(_blocks(soup)))


def _blocks(soup: BeautifulSoup) -> Iterator[Block]:
    """Outermost first: what stands inside a list or table is told with it."""
    done: set[int] = set()
    for tag in soup.find_all((*_WHOLE, *_HOLDERS)):
        if any(id(parent) in done for parent in tag.parents):
            continue
        if tag.name in _HOLDERS and tag.find((*_WHOLE, *_HOLDERS)):
            continue
        done.add(id(tag))
        yield _block(tag)


def _block(tag: Tag) -> Block:
    if tag.name in _HEADINGS:
        return Heading(int(tag.name[1]), _words(tag))
    if tag.name in ("ul", "ol"):
        items = tag.find_all("li")
        marks = (f"{n}. " if tag.name == "ol" else "- " for n in range(1, len(items) + 1))
        return "\n".join(mark + _words(item) for mark, item in zip(marks, items, strict=True))
    if tag.name == "table":
        rows = (tr.find_all(("td", "th")) for tr in tag.find_all("tr"))
        return "\n".join(" | ".join(_words(cell) for cell in row) for row in rows)
    return tag.get_text().strip() if tag.name == "pre" else _words(tag)


def _words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())
