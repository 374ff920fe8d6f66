"""PDF with a text layer. Lines in larger type are headings."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pypdf
from pypdf.errors import DependencyError, PyPdfError

from app.adapters.knowledge.documents.sections import Block, Heading, Section, sections
from app.core.documents import DocumentUnusable, Unusable

PAGES = 2000
LARGER = 1.15  # times the usual size
LONGEST_HEADING = 120  # characters
Line = tuple[float, str]
"""Size of the type in points, and the words."""


def read_pdf(name: str, data: bytes) -> list[Section]:
    if b"%PDF-" not in data[:1024]:
        raise DocumentUnusable(name, Unusable.NOT_PDF)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise _locked(name)
        if len(reader.pages) > PAGES:
            raise DocumentUnusable(name, Unusable.PAGES, limit=PAGES)
        lines = [line for page in reader.pages for line in [*_lines(page), (0.0, "")]]
    except DependencyError:
        raise _locked(name) from None
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise DocumentUnusable(name, Unusable.PDF_DAMAGED) from error
    if not any(text for _, text in lines):
        raise DocumentUnusable(name, Unusable.PICTURES)
    return list(sections(_blocks(lines)))


def _lines(page: pypdf.PageObject) -> list[Line]:
    """The size of a line is that of its largest piece."""
    lines: list[Line] = []
    size, words = 0.0, ""

    def visit(text: str, cm: list[float], tm: list[float], _: Any, points: float) -> None:
        nonlocal size, words
        first, *rest = text.split("\n")
        words += first
        if first.strip():
            size = max(size, abs(points * tm[3] * cm[3]) or points)
        for each in rest:
            lines.append((round(size, 1), " ".join(words.split())))
            size, words = 0.0, each

    page.extract_text(visitor_text=visit)
    if words.strip():
        lines.append((round(size, 1), " ".join(words.split())))
    return lines


def _blocks(lines: list[Line]) -> Iterator[Block]:
    """A paragraph ends with a blank line, or where a sentence ends before the line is full."""
    sizes = Counter[float]()
    for size, text in lines:
        sizes[size] += len(text)
    usual = sizes.most_common(1)[0][0]
    larger = sorted({s for s in sizes if s > usual * LARGER}, reverse=True)
    widest = max((len(text) for _, text in lines), default=0)
    paragraph: list[str] = []
    for size, text in lines:
        heading = size in larger and 0 < len(text) <= LONGEST_HEADING
        if (heading or not text) and paragraph:
            yield " ".join(paragraph)
            paragraph = []
        if heading:
            yield Heading(larger.index(size) + 1, text)
        elif text:
            paragraph.append(text)
            if text.endswith((".", "!", "?", ":")) and len(text) < widest * 0.75:
                yield " ".join(paragraph)
                paragraph = []
    if paragraph:
        yield " ".join(paragraph)


def _locked(name: str) -> DocumentUnusable:
    return DocumentUnusable(name, Unusable.LOCKED)
