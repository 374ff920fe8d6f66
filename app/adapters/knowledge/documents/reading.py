"""Any file of a known format. Parsers load when a file of theirs is read."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import PurePath
from typing import cast

from app.adapters.knowledge.documents.sections import Section
from app.core.knowledge import DocumentUnusable, Format

LARGEST = 20 * 2**20  # bytes
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
        known = ", ".join(_ENDINGS)
        raise DocumentUnusable(file, f"is of no format that can be read; these can: {known}")
    return _ENDINGS[ending]


def read_sections(file: str, data: bytes) -> list[Section]:
    """Raises DocumentUnusable with a sentence that names the file."""
    if len(data) > LARGEST:
        raise DocumentUnusable(file, f"is larger than {LARGEST // 2**20} MB; split it and add the parts")
    if not data.strip():
        raise DocumentUnusable(file, "is empty; there is nothing to add")
    module, function = _READERS[format_of(file)]
    reader = cast(
        Callable[[str, bytes], list[Section]], getattr(import_module(f"{_HERE}.{module}"), function)
    )
    found = reader(file, data)
    if not any(section.paragraphs for section in found):
        raise DocumentUnusable(file, "holds no text; there is nothing to add")
    return found
