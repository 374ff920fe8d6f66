"""Words of one language that the checks look for: `locales/LANG/conversations.yaml`."""

from __future__ import annotations

import re
from functools import lru_cache

from pydantic import BaseModel, ConfigDict

from app.core.locales import read


class CheckWords(BaseModel):
    """Regular expressions. `person` is how a human is spoken of, `lost` that a line was not understood.

    By demand: `missing` is what it can lack, `answers` what a right answer says.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    stock: list[str]
    lost: list[str]
    again: list[str]
    person: list[str]
    missing: dict[str, list[str]]
    answers: dict[str, list[str]]


@lru_cache
def words_of(language: str) -> CheckWords:
    return CheckWords.model_validate(read("conversations", language))


def first_match(patterns: list[str], plain: str) -> str:
    """The words that the first fitting pattern finds; empty where none fits."""
    found = (re.search(pattern, plain, re.IGNORECASE) for pattern in patterns)
    return next((match[0] for match in found if match), "")
