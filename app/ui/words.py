"""The words of the workbench: a folder `ui` per language, a file per room.

Error situations as sentences of the page's language; their classes tell them in English.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from app.core.company import in_use
from app.core.documents import DocumentUnusable, LeftOut
from app.core.exceptions import CallCenterError
from app.core.locales import LOCALES, languages
from app.core.wording import filled
from app.core.yaml import load

LANGUAGES = languages("ui")

Words = dict[str, Any]


@cache
def words(language: str, room: str) -> Words:
    """Raises FileNotFoundError for a room without words: a missing translation is a defect."""
    company = in_use()
    known = filled(load(LOCALES / language / "ui" / f"{room}.yaml"), company.words(language))
    if room == "frame":
        known["agents"] = company.agent_titles(language) | known["agents"]
    return cast(Words, known)


def describe_left_out(name: str, left_out: LeftOut, language: str) -> str:
    """What of an added document is not kept."""
    sentence: str = words(language, "problems")["left_out"][left_out.kind]
    return sentence.format(name=name, where=left_out.where)


def describe_error(error: CallCenterError, language: str, own: Mapping[str, str] | None = None) -> str:
    """`own` are sentences of one room, by code. In the error's own words where it has none of ours."""
    known = words(language, "problems")
    if own and error.code in own:
        return own[error.code]
    if isinstance(error, DocumentUnusable):
        sentence: str = known["documents"][error.kind.name.lower()]
        return sentence.format(file=error.file, **error.fields)
    return str(known["codes"].get(error.code, error))
