"""The text of a page as blocks in reading order, with footnotes moved to their references."""

from __future__ import annotations

from lxml import etree

from app.engines.knowledge.documents.sections import Block, Heading

BACK = ("↑", "↩", "↩\ufe0e")  # from a note to where it is referred to


def put_in_place(root: etree._Element) -> None:
    """A note is an item with a way back; it goes into brackets at its first reference."""
    notes = {
        item.get("id"): item
        for item in root.iter("li")
        if item.get("id") and any(link.text in BACK for link in item.iter("a"))
    }
    for link in list(root.iter("a")) if notes else ():
        note = notes.pop((link.get("href") or "").removeprefix("#"), None)
        if note is not None and note not in link.iterancestors():
            told = " ".join(text for text in note.itertext() if text not in BACK)
            link.text = f" ({' '.join(told.split())})"
            note.clear(keep_tail=True)


HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
_BLOCKS = _LISTS | frozenset(HEADINGS) | frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frameset", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "nav", "p", "pre", "search", "section", "summary",
    "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr",
))  # fmt: skip
_INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "blink", "cite", "code", "data", "del", "dfn",
    "em", "font", "i", "ins", "kbd", "mark", "nobr", "q", "rb", "rp", "rt", "ruby", "s", "samp",
    "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
))  # fmt: skip
DEEPEST = 10  # levels of a list that are told by blanks
_BREAK = "\0"  # a <br>; no text holds it
_SHOWN_VALUES = ("submit", "button", "reset", "text", "search", "email", "tel", "url", "number", "image")


class Flow:
    """Told each element's start and end. A list or table is one paragraph with a line an item or row.

    One that holds headings is layout: its items and cells are blocks like any other.
    """

    def __init__(self, root: etree._Element) -> None:
        self._layout = _around_headings(root)
        self._blocks: list[Block] = []
        self._text: list[str] = []
        self._whole: etree._Element | None = None
        self._single: etree._Element | None = None  # a heading or a <pre>
        self._lines: list[str] = []
        self._row: list[str] = []
        self._levels: list[int] = []
        self._mark = ""

    def taken(self) -> list[Block]:
        blocks, self._blocks = self._blocks, []
        return blocks

    def finished(self) -> list[Block]:
        self._close()
        return self.taken()

    def start(self, element: etree._Element) -> None:
        tag = element.tag
        if self._whole is None and self._single is None:
            self._open(element, tag)
        if self._whole is not None and self._whole.tag != "table":
            self._start_in_list(element, tag)
        self._separate(tag)
        self._text.append(_attribute(element, tag))
        self._text.append(element.text or "")

    def end(self, element: etree._Element) -> None:
        tag = element.tag
        if self._whole is not None:
            self._end_inside(element, tag)
        elif element is self._single:
            self._paragraph(element)
            self._single = None
        elif tag in _BLOCKS and self._single is None:
            self._close()
        self._separate(tag)
        self.after(element)

    def after(self, element: etree._Element) -> None:
        self._text.append(element.tail or "")

    def _open(self, element: etree._Element, tag: str) -> None:
        if tag in _BLOCKS:
            self._close()
        if (tag in _LISTS or tag == "table") and element not in self._layout:
            self._whole = element
        elif tag in HEADINGS or tag == "pre":
            self._single = element

    def _close(self) -> None:
        self._paragraph(None)

    def _paragraph(self, single: etree._Element | None) -> None:
        raw, self._text = "".join(self._text), []
        if single is not None and single.tag == "pre":
            self._blocks.append(raw.replace(_BREAK, "\n").strip("\n"))
        elif single is not None:
            self._blocks.append(Heading(int(single.tag[1]), _words(raw)))
        elif words := "\n".join(filter(None, map(_words, raw.split(_BREAK)))):
            self._blocks.append(words)

    def _start_in_list(self, element: etree._Element, tag: str) -> None:
        if tag in _LISTS:
            self._line()
            self._levels.append(_integer(element.get("start"), 1) if tag == "ol" else 0)
        elif tag == "li" and self._levels:
            self._line()
            number = self._levels[-1] and _integer(element.get("value"), self._levels[-1])
            self._mark = f"{number}. " if number else "- "
            self._levels[-1] = number and number + 1

    def _end_inside(self, element: etree._Element, tag: str) -> None:
        whole = self._whole
        if whole is not None and whole.tag == "table":
            self._end_in_table(element, tag)
        elif tag == "li" or tag in _LISTS:
            self._line()
            if tag in _LISTS:
                self._levels.pop()
        if element is whole:
            self._blocks.append("\n".join(self._lines))
            self._lines, self._whole = [], None

    def _end_in_table(self, element: etree._Element, tag: str) -> None:
        outer = _table_of(element) is self._whole
        if outer and tag in ("td", "th"):
            self._row.append(self._taken_words())
        elif outer and tag in ("tr", "caption", "table"):
            row = [*self._row, self._taken_words()]
            if any(row):
                self._lines.append(" | ".join(row).rstrip(" |"))
            self._row = []

    def _line(self) -> None:
        if words := self._taken_words():
            depth = min(len(self._levels) - 1, DEEPEST)
            self._lines.append("  " * depth + self._mark + words)
            self._mark = ""

    def _taken_words(self) -> str:
        raw, self._text = "".join(self._text), []
        return _words(raw.replace(_BREAK, " "))

    def _separate(self, tag: str) -> None:
        if tag == "br":
            self._text.append(_BREAK)
        elif tag not in _INLINE:
            self._text.append(" ")


def _around_headings(root: etree._Element) -> set[etree._Element]:
    found: set[etree._Element] = set()
    for heading in root.iter(*HEADINGS):
        for above in heading.iterancestors():
            if above in found:
                break
            found.add(above)
    return found


def _table_of(element: etree._Element) -> etree._Element | None:
    return element if element.tag == "table" else next(element.iterancestors("table"), None)


def _attribute(element: etree._Element, tag: str) -> str:
    """What a control or picture shows that is no text of the page."""
    if tag in ("img", "area"):
        return f" {element.get('alt', '')} "
    kind = element.get("type", "text").lower() if tag == "input" else ""
    if kind in ("checkbox", "radio"):
        return " ☑ " if "checked" in element.attrib else " ☐ "
    if kind in _SHOWN_VALUES:
        shown = element.get("value") or element.get("placeholder") or element.get("alt") or ""
        return f" {shown} "
    if tag in ("option", "optgroup"):
        return f" {element.get('label', '')} "
    return ""


def _integer(given: str | None, otherwise: int) -> int:
    return int(given) if given and given.isascii() and given.isdigit() and len(given) < 9 else otherwise


def _words(raw: str) -> str:
    return " ".join(raw.split())
