"""What every format is read into: runs of paragraphs under their headings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` counts from 1."""

    level: int
    text: str


Block = Heading | str
"""A heading, or a paragraph; a whole list is one paragraph with a line an item."""


@dataclass(frozen=True, slots=True)
class Section:
    """`front` are fields that the document itself gives, as an article's front matter does."""

    path: tuple[str, ...]
    paragraphs: list[str]
    front: dict[str, Any] = field(default_factory=dict)


def sections(blocks: Iterable[Block]) -> Iterator[Section]:
    """One a heading with text of its own, in order."""
    path: list[Heading] = []
    paragraphs: list[str] = []
    for block in blocks:
        if isinstance(block, str):
            if block.strip():
                paragraphs.append(block.strip())
            continue
        if paragraphs:
            yield Section(_titles(path), paragraphs)
            paragraphs = []
        path = [above for above in path if above.level < block.level] + [block]
    if paragraphs:
        yield Section(_titles(path), paragraphs)


def _titles(path: list[Heading]) -> tuple[str, ...]:
    return tuple(heading.text for heading in path if heading.text)
