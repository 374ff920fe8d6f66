"""Any file of a known format. Parsers load when a file of theirs is read."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import PurePath
from typing import cast

from app.core.documents import LARGEST_FILE, DocumentUnusable, Format, Unusable
from app.engines.knowledge.documents.sections import Read, Section

_HERE = "app.engines.knowledge.documents"
_ENDINGS: dict[str, tuple[Format, str, str]] = {
    ".md": ("markdown", "markdown", "read_markdown"),
    ".markdown": ("markdown", "markdown", "read_markdown"),
    ".txt": ("markdown", "markdown", "read_text"),
    ".html": ("html", "html", "read_html"),
    ".htm": ("html", "html", "read_html"),
    ".pdf": ("pdf", "pdf", "read_pdf"),
    ".docx": ("docx", "docx", "read_docx"),
    ".csv": ("csv", "faq", "read_faq"),
}


def format_of(file: str) -> Format:
    """Raises DocumentUnusable."""
    return _kind(file)[0]


def read(file: str, data: bytes) -> Read:
    """Raises DocumentUnusable with a sentence that names the file."""
    if len(data) > LARGEST_FILE:
        raise DocumentUnusable(file, Unusable.LARGE, limit=LARGEST_FILE // 2**20)
    if not data.strip():
        raise DocumentUnusable(file, Unusable.EMPTY)
    _, module, function = _kind(file)
    reader = cast(Callable[[str, bytes], Read], getattr(import_module(f"{_HERE}.{module}"), function))
    try:
        found = reader(file, data)
    except RecursionError:
        raise DocumentUnusable(file, Unusable.NESTED) from None
    if not found.sections or (len(found.sections) == 1 and _is_heading(found.sections[0])):
        raise DocumentUnusable(file, Unusable.NO_TEXT)
    return found


def _is_heading(section: Section) -> bool:
    return section.paragraphs == [*section.path[-1:]]


def _kind(file: str) -> tuple[Format, str, str]:
    ending = PurePath(file).suffix.lower()
    if ending not in _ENDINGS:
        raise DocumentUnusable(file, Unusable.FORMAT, known=", ".join(_ENDINGS))
    return _ENDINGS[ending]
