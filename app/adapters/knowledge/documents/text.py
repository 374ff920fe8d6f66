"""Text of files whose encoding nobody tells."""

from __future__ import annotations

import codecs
import re

import webencodings

from app.core.documents import DocumentUnusable, Unusable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_DECLARED = re.compile(
    rb"""<meta\b[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]+)|\A\s*<\?xml\b[^>]{0,200}?encoding\s*=\s*["']([\w.-]+)""",
    re.IGNORECASE,
)
_HEAD = 4096  # bytes in which a page declares its encoding
_READABLE = 0.6  # share of letters, figures and spaces in what an old Russian code page gives


def decoded(name: str, data: bytes, *, declares: bool = False) -> str:
    """A page `declares` its encoding itself; else UTF-8, UTF-16 with its mark, or Windows-1251.

    Raises DocumentUnusable for what is no text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _checked(name, _decode(name, data, encoding))
    try:
        return _checked(name, data.decode("utf-8"))
    except UnicodeDecodeError:
        declared = _declared(data) if declares else None
        text = _checked(name, _decode(name, data, declared or "cp1251"))
    usual = sum(c.isalnum() or c.isspace() for c in text)
    if usual < len(text) * _READABLE:
        raise _binary(name)
    return text


def _declared(data: bytes) -> str | None:
    found = _DECLARED.search(data[:_HEAD])
    known = webencodings.lookup((found[1] or found[2]).decode("ascii", "replace")) if found else None
    return str(known.codec_info.name) if known else None


def _decode(name: str, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise _binary(name) from None


def _checked(name: str, text: str) -> str:
    if _NO_TEXT.search(text):
        raise _binary(name)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _binary(name: str) -> DocumentUnusable:
    return DocumentUnusable(name, Unusable.NOT_TEXT)
