"""Texts of a language in which `<name>` stands for what the company calls its products."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from app.core.company import in_use
from app.core.locales import languages, read

_NAME = re.compile(r"<([a-z_]+)>")


@cache
def spoken(name: str, language: str) -> Any:
    """As `locales.read`, with the words of the company in use."""
    return filled(read(name, language), in_use().words(language))


@cache
def spoken_by_all(name: str) -> dict[str, Any]:
    """As `locales.read_all`."""
    return {language: spoken(name, language) for language in sorted(languages(f"{name}.yaml"))}


def filled(value: Any, words: Mapping[str, Any]) -> Any:
    """A list takes in the words of a list; within a string they are alternatives. Other names stay."""
    if isinstance(value, dict):
        return {key: filled(each, words) for key, each in value.items()}
    if isinstance(value, list):
        return list(_spliced(value, words))
    if not isinstance(value, str):
        return value
    whole = _NAME.fullmatch(value)
    if whole and whole[1] in words:
        return words[whole[1]]
    return _NAME.sub(lambda found: _within(found, words), value)


def _spliced(values: list[Any], words: Mapping[str, Any]) -> Iterator[Any]:
    for value in values:
        known = filled(value, words)
        if isinstance(value, str) and isinstance(known, list):
            yield from known
        else:
            yield known


def _within(found: re.Match[str], words: Mapping[str, Any]) -> str:
    known = words.get(found[1], found[0])
    return "|".join(known) if isinstance(known, list) else str(known)
