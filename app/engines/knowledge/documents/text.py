"""Text of files: in the encoding that they declare, else the one that it is recognised by."""

from __future__ import annotations

import re

import webencodings

from app.core import encodings
from app.core.documents import DocumentUnusable, Unusable

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
