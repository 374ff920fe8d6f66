"""What every format is read into: runs of paragraphs under their headings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from app.core.documents import LeftOut


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
