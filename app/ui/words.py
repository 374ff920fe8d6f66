"""The words of the workbench: one folder a language, one file a room.

Error situations as sentences of the page's language; their classes tell them in English.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from app.core.documents import DocumentUnusable, LeftOut
from app.core.exceptions import CallCenterError

TEXTS = Path(__file__).parent / "texts"
LANGUAGES = ("ru", "en")

Words = dict[str, Any]


@lru_cache
def words(language: str, room: str) -> Words:
    """Raises FileNotFoundError for a room without words: a missing translation is a defect."""
    read: Words = yaml.safe_load((TEXTS / language / f"{room}.yaml").read_text(encoding="utf-8"))
    return read


def told_left_out(name: str, left_out: LeftOut, language: str) -> str:
    """What of an added document is not kept."""
    sentence: str = words(language, "problems")["left_out"][left_out.kind]
    return sentence.format(name=name, where=left_out.where)


def told(error: CallCenterError, language: str, own: Mapping[str, str] | None = None) -> str:
    """`own` are sentences of one room, by code. In the error's own words where it has none of ours."""
    known = words(language, "problems")
    if own and error.code in own:
        return own[error.code]
    if isinstance(error, DocumentUnusable):
        sentence: str = known["documents"][error.kind.name.lower()]
        return sentence.format(file=error.file, **error.fields)
    return str(known["codes"].get(error.code, error))
