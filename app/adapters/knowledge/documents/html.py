"""HTML pages: what is read, without scripts, menus and footers."""

from __future__ import annotations

from collections import Counter, defaultdict
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
_LISTS = ("ul", "ol")
_WHOLE = (*_HEADINGS, *_PLAIN, *_LISTS, "table")
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
        told = any(id(parent) in done for parent in tag.parents)
        if not told and tag.name in _HOLDERS and tag.find((*_WHOLE, *_HOLDERS)):
            continue
        done.add(id(tag))
        if not told:
            yield _block(tag)


def _block(tag: Tag) -> Block:
    if tag.name in _HEADINGS:
        return Heading(int(tag.name[1]), _words(tag))
    if tag.name in _LISTS:
        return "\n".join(_items(tag))
    if tag.name == "table":
        return "\n".join(" | ".join(_words(cell) for cell in row) for row in _rows(tag))
    return tag.get_text().strip() if tag.name == "pre" else _words(tag)


def _items(tag: Tag) -> Iterator[str]:
    """A line an item; those of a list inside follow the item that holds it, indented."""
    texts: dict[int, list[str]] = defaultdict(list)
    for text in tag.strings:
        texts[id(text.find_parent("li"))].append(text)
    levels, counts = {id(tag): 0}, Counter[int]()
    for inside in tag.find_all((*_LISTS, "li")):
        holder = inside.find_parent(_LISTS)
        if inside.name in _LISTS:
            levels[id(inside)] = levels[id(holder)] + 1
            continue
        counts[id(holder)] += 1
        mark = f"{counts[id(holder)]}. " if holder and holder.name == "ol" else "- "
        if words := " ".join(" ".join(texts[id(inside)]).split()):
            yield "  " * levels[id(holder)] + mark + words


def _rows(table: Tag) -> Iterator[list[Tag]]:
    """Cells of a table inside belong to the words of the cell that holds it."""
    rows: dict[int, list[Tag]] = {}
    for cell in table.find_all(("td", "th")):
        if cell.find_parent("table") is table:
            rows.setdefault(id(cell.find_parent("tr")), []).append(cell)
    yield from rows.values()


def _words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())
