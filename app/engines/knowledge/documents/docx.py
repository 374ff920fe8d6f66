"""Word documents (.docx): mammoth tells them as a page, after word.py has put their XML into its terms."""

from __future__ import annotations

import io
import zipfile
import zlib
from xml.parsers.expat import ExpatError

import mammoth

from app.core.documents import DocumentUnusable, Unusable
from app.engines.knowledge.documents.html import read_page
from app.engines.knowledge.documents.sections import Read
from app.engines.knowledge.documents.word import Word
from app.engines.knowledge.documents.word_markup import LEVELS, TITLE
from app.engines.knowledge.documents.word_numbers import with_numbers

UNPACKED = 100 * 2**20  # bytes of all parts together
PARTS = 5000
_OLE = b"\xd0\xcf\x11\xe0"  # what a password, or the old .doc, makes of the file
_XML = (".xml", ".rels")
_STYLES = "\n".join(
    [f"p[style-name='{TITLE}'] => h1:fresh"]
    + [f"p[style-name='{name}'] => h{min(at, 6)}:fresh" for at, name in enumerate(LEVELS, 2)]
)
_BROKEN = (
    AttributeError, EOFError, ExpatError, LookupError, NotImplementedError, OSError, RuntimeError,
    SyntaxError, TypeError, ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def read_docx(name: str, data: bytes) -> Read:
    if data.startswith(_OLE):
        raise DocumentUnusable(name, Unusable.WORD_LOCKED)
    try:
        word = Word(_parts(name, data))
        page = mammoth.convert_to_html(io.BytesIO(word.packed()), style_map=_STYLES).value
    except RecursionError:
        raise
    except _BROKEN as error:
        raise DocumentUnusable(name, Unusable.WORD_DAMAGED) from error
    return Read(read_page(name, with_numbers(page)).sections, word.left_out())


def _parts(name: str, data: bytes) -> dict[str, bytes]:
    """Those of XML. Names of parts know no case, and some programs write them with a backslash."""
    try:
        packed = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise DocumentUnusable(name, Unusable.NOT_WORD) from None
    with packed:
        parts = {part.filename.replace("\\", "/").lower(): part for part in packed.infolist()}
        if len(parts) > PARTS or sum(part.file_size for part in parts.values()) > UNPACKED:
            raise DocumentUnusable(name, Unusable.UNPACKS, limit=UNPACKED // 2**20)
        if not any(known.startswith("word/") for known in parts):
            raise DocumentUnusable(name, Unusable.NOT_WORD)
        return {known: packed.read(part) for known, part in parts.items() if known.endswith(_XML)}
