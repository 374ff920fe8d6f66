"""Results of tools in words. A sentence is said only if the result holds all that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from string import Template
from typing import Any

from app.engines.offline.lexicon import Stems

Facts = Mapping[str, Any]
ALSO = "_also"
_CODE = re.compile(r"[a-z]+(?:_[a-z0-9]+)+")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_NOTHING = re.compile(r"0(?:[.,]0+)?\s*₽|₽\s*0(?:[.,]0+)?")


def fill(templates: Iterable[str], facts: Facts, language: str) -> str:
    """The first template that fits; empty if none does."""
    return next((text for t in templates if (text := _filled(t, facts, language))), "")


def worded(say: Mapping[str, Stems], facts: Facts, language: str) -> str:
    """By reason if there are words for it, else by status; then every further sentence that fits."""
    status = str(facts.get("status", ""))
    for key in (str(facts.get("reason", "")), status):
        if text := fill(say.get(key, ()), facts, language):
            further = (_filled(t, facts, language) for t in say.get(f"{status}{ALSO}", ()))
            return " ".join([text, *(t for t in further if t)])
    return ""


def listed(say: Mapping[str, Stems], rows: Sequence[Facts], facts: Facts, language: str) -> str:
    """One row in a sentence, several as a list."""
    if len(rows) == 1 and (text := fill(say.get("one", ()), rows[0], language)):
        return text
    shown = [text for row in rows if (text := fill(say.get("row", ()), row, language))]
    more = fill(say.get("more", ()), facts, language) if facts.get("more") else ""
    return "\n".join(part for part in (fill(say.get("head", ()), facts, language), *shown, more) if part)


def troubles(say: Mapping[str, Stems], facts: Facts, language: str) -> Iterator[str]:
    """A sentence for each problem that there are words for."""
    for problem in facts.get("problems", ()):
        if text := fill(say.get(str(problem), ()), facts, language):
            yield text


def _filled(template: str, facts: Facts, language: str) -> str:
    wanted = Template(template)
    names = set(wanted.get_identifiers())
    if not all(_printable(facts.get(name), language) for name in names) or _single(names, facts):
        return ""
    text = wanted.substitute({name: str(facts[name]).strip() for name in names}).replace("г..", "г.")
    return f"{text[0].upper()}{text[1:]}" if template.startswith("$item") else text


def _single(names: set[str], facts: Facts) -> bool:
    """One piece goes without saying."""
    return "quantity" in names and facts.get("quantity") == 1


def _printable(value: Any, language: str) -> bool:
    """No code, no nought, and nothing in letters that the language does not have."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value in ("", 0):
        return False
    text = str(value)
    return not (_CODE.fullmatch(text) or _NOTHING.fullmatch(text)) and readable(text, language)


def readable(text: str, language: str) -> bool:
    return language == "ru" or not _CYRILLIC.search(text)
