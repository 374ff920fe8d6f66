"""Word documents (.docx): headings by style, lists, tables."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import docx
from docx.opc.exceptions import OpcError
from docx.table import Table

from app.adapters.knowledge.documents.sections import Block, Heading, Section, sections
from app.core.documents import DocumentUnusable, Unusable

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

UNPACKED = 100 * 2**20  # bytes of all parts together
PARTS = 5000
_LEVEL = re.compile(r"(?:heading|заголовок) (\d)", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0"  # what a password, or the old .doc, makes of the file


def read_docx(name: str, data: bytes) -> list[Section]:
    _sound(name, data)
    try:
        return list(sections(_blocks(docx.Document(io.BytesIO(data)))))
    except (OpcError, SyntaxError, zipfile.BadZipFile, KeyError, ValueError, AttributeError) as error:
        raise _damaged(name) from error


def _sound(name: str, data: bytes) -> None:
    if data.startswith(_OLE):
        raise DocumentUnusable(name, Unusable.WORD_LOCKED)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise DocumentUnusable(name, Unusable.NOT_WORD) from None
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise DocumentUnusable(name, Unusable.UNPACKS, limit=UNPACKED // 2**20)
    if all(part.filename != "word/document.xml" for part in parts):
        raise DocumentUnusable(name, Unusable.NOT_WORD)


def _damaged(name: str) -> DocumentUnusable:
    return DocumentUnusable(name, Unusable.WORD_DAMAGED)


def _blocks(document: Document) -> Iterator[Block]:
    """Neighbouring items of a list are one paragraph."""
    items: list[str] = []
    for part in document.iter_inner_content():
        item = "" if isinstance(part, Table) else _item(part, len(items) + 1)
        if items and not item:
            yield "\n".join(items)
            items = []
        if item:
            items.append(item)
        elif isinstance(part, Table):
            yield "\n".join(" | ".join(cell.text.strip() for cell in row.cells) for row in part.rows)
        else:
            yield _paragraph(part)
    if items:
        yield "\n".join(items)


def _paragraph(part: Paragraph) -> Block:
    style = _style(part)
    level = _LEVEL.match(style)
    if style.lower() in ("title", "название") and part.text.strip():
        return Heading(1, part.text.strip())
    return Heading(int(level[1]) + 1, part.text.strip()) if level and part.text.strip() else part.text


def _item(part: Paragraph, number: int) -> str:
    style = _style(part).lower()
    if not part.text.strip() or not style.startswith(("list", "список")):
        return ""
    numbered = "number" in style or "нумер" in style
    return f"{number}. {part.text.strip()}" if numbered else f"- {part.text.strip()}"


def _style(part: Paragraph) -> str:
    return (part.style.name if part.style else None) or ""
