"""The common result of all readers: paragraphs under headings; and decoding of text files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import webencodings

from app.core import encodings
from app.core.documents import DocumentUnusable, LeftOut, Unusable

_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_LINE = re.compile(r"\bline (\d+)")
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_DECLARED = re.compile(
    rb"""<meta\b[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]+)|\A\s*<\?xml\b[^>]{0,200}?encoding\s*=\s*["']([\w.-]+)""",
    re.IGNORECASE,
)
_HEAD = 4096  # bytes in which a page declares its encoding


def decoded(name: str, data: bytes, *, declares: bool = False) -> str:
    """A page `declares` its encoding itself. Raises DocumentUnusable for what is no text."""
    try:
        text = encodings.decoded(data, _declared(data) if declares else None)
    except encodings.Undecodable as error:
        raise _unusable(name, data, error) from None
    if _NO_TEXT.search(text):
        raise DocumentUnusable(name, Unusable.NOT_TEXT)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unusable(name: str, data: bytes, error: encodings.Undecodable) -> DocumentUnusable:
    if _BINARY.search(data):
        return DocumentUnusable(name, Unusable.NOT_TEXT)
    line = _LINE.search(str(error))
    if error.kind == "encoding" or line is None:
        return DocumentUnusable(name, Unusable.ENCODING)
    return DocumentUnusable(name, Unusable.LINE, line=line[1])


def _declared(data: bytes) -> str | None:
    """None where the bytes tell it themselves: a mark, or what can only be UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        found = _DECLARED.search(data[:_HEAD])
        known = webencodings.lookup((found[1] or found[2]).decode("ascii", "replace")) if found else None
        marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        return known.codec_info.name if known and not marked and known.name != "utf-8" else None
    return None


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` counts from 1."""

    level: int
    text: str


_BREAKS = dict.fromkeys((0xAD, 0x200B, 0x2060, 0xFEFF))
LONGEST_HEADING = 300  # characters; what is longer is text, whatever it is marked as
Block = Heading | str
"""A heading, or a paragraph; a whole list is one paragraph with a line an item."""


@dataclass(frozen=True, slots=True)
class Section:
    """`front` are fields that the document itself gives, as an article's front matter does."""

    path: tuple[str, ...]
    paragraphs: list[str]
    front: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds, and what of it is not among the sections."""

    sections: list[Section]
    left_out: list[LeftOut] = field(default_factory=list)


def sections(blocks: Iterable[Block]) -> Iterator[Section]:
    """One a heading with text of its own, in order. A heading over nothing is text itself."""
    path: list[Heading] = []
    paragraphs: list[str] = []
    bare = False  # nothing stands under the last heading yet
    for block in blocks:
        if isinstance(block, str):
            if words := _visible(block):
                paragraphs.append(words)
                bare = False
            continue
        heading = Heading(block.level, _visible(block.text))
        if not heading.text or len(heading.text) > LONGEST_HEADING:
            paragraphs += [heading.text] if heading.text else []
            continue
        if paragraphs or (bare and heading.level <= path[-1].level):
            yield Section(_titles(path), paragraphs or [path[-1].text])
            paragraphs = []
        path = [above for above in path if above.level < heading.level] + [heading]
        bare = True
    if paragraphs or bare:
        yield Section(_titles(path), paragraphs or [path[-1].text])


def _titles(path: list[Heading]) -> tuple[str, ...]:
    return tuple(heading.text for heading in path)


def _visible(text: str) -> str:
    """Without the places where a line may break."""
    return text.translate(_BREAKS).strip()
