"""Any file of a known format. Parsers load when a file of theirs is read."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import PurePath
from typing import cast

from app.adapters.knowledge.documents.sections import Section
from app.core.documents import LARGEST_FILE, DocumentUnusable, Format, Unusable

_HERE = "app.adapters.knowledge.documents"
_READERS: dict[Format, tuple[str, str]] = {
    "markdown": ("markdown", "read_markdown"),
    "html": ("html", "read_html"),
    "pdf": ("pdf", "read_pdf"),
    "docx": ("docx", "read_docx"),
    "csv": ("faq", "read_faq"),
}
_ENDINGS: dict[str, Format] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "markdown",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".csv": "csv",
}


def format_of(file: str) -> Format:
    """Raises DocumentUnusable."""
    ending = PurePath(file).suffix.lower()
    if ending not in _ENDINGS:
        raise DocumentUnusable(file, Unusable.FORMAT, known=", ".join(_ENDINGS))
    return _ENDINGS[ending]


def read_sections(file: str, data: bytes) -> list[Section]:
    """Raises DocumentUnusable with a sentence that names the file."""
    if len(data) > LARGEST_FILE:
        raise DocumentUnusable(file, Unusable.LARGE, limit=LARGEST_FILE // 2**20)
    if not data.strip():
        raise DocumentUnusable(file, Unusable.EMPTY)
    module, function = _READERS[format_of(file)]
    reader = cast(
        Callable[[str, bytes], list[Section]], getattr(import_module(f"{_HERE}.{module}"), function)
    )
    found = reader(file, data)
    if not any(section.paragraphs for section in found):
        raise DocumentUnusable(file, Unusable.NO_TEXT)
    return found
