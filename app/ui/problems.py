"""Error situations as sentences of the page's language; their classes tell them in English."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.documents import DocumentUnusable
from app.core.exceptions import CallCenterError
from app.ui.words import words


def told(error: CallCenterError, language: str, own: Mapping[str, str] | None = None) -> str:
    """`own` are sentences of one room, by code. In the error's own words where it has none of ours."""
    known = words(language, "problems")
    if own and error.code in own:
        return own[error.code]
    if isinstance(error, DocumentUnusable):
        sentence: str = known["documents"][error.kind.name.lower()]
        return sentence.format(file=error.file, **error.fields)
    return str(known["codes"].get(error.code, error))
