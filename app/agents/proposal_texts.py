"""The question that a proposal puts: the act, its terms and what follows from it, in words of `locales`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from string import Template
from typing import Any

from app.agents.tools.presentation import day, local_day, present
from app.core.actions import Action
from app.core.backoffice import Value
from app.core.locales import languages, read
from app.core.proposals import Question

Facts = Mapping[str, Value]
FILE = "proposals"
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def asked_of(action: Action, facts: Facts) -> Facts:
    """The terms, and of what the customer has written the address."""
    address = getattr(action, "address", None)
    return {**facts, "address": address} if address else facts


def questions_of(tool: str, facts: Facts, now: datetime, language: str) -> dict[str, Question]:
    """By language: customers change it before they answer."""
    return {one: question_of(tool, facts, now, one) for one in {language, *languages(f"{FILE}.yaml")}}


def question_of(tool: str, facts: Facts, now: datetime, language: str) -> Question:
    texts = read(FILE, language)
    words = texts["tools"].get(tool, texts["unknown"])
    shown = shown_terms(facts, now, language)
    again = bool(facts.get("again"))
    parts = [
        _fill([texts["one_more"]], shown) if again else "",
        *(_fill(group, shown) for group in words.get("terms", ())),
        texts["person"] if facts.get("person") else "",
        words["ask_again"] if again else words["ask"],
    ]
    asked = " ".join(part for part in parts if part).replace("г..", "г.")
    return Question(text=asked, confirm=words["confirm"], decline=words["decline"])


def prefix(kind: str, language: str) -> str:
    """`again` or `changed`."""
    return str(read(FILE, language)[kind])


def shown_terms(facts: Facts, now: datetime, language: str) -> dict[str, str]:
    """As models read them, and days without minutes: `until_on`, and `until_day` where that is today."""
    known = {name: value for name, value in facts.items() if not _goes_without_saying(name, value, language)}
    shown = {name: value for name, value in present(known, language).items() if isinstance(value, str | int)}
    for name, value in known.items():
        if isinstance(value, date):
            shown["starts" if name == "from" else f"{name}_on"] = day(value, language)
            if local_day(value) <= local_day(now):
                shown[f"{name}_day"] = read(FILE, language)["today"]
    return {name: str(value) for name, value in shown.items()}


def _goes_without_saying(name: str, value: Any, language: str) -> bool:
    """Nought, one piece, and a text of the records in letters that the language does not have."""
    foreign = isinstance(value, str) and language != "ru" and _CYRILLIC.search(value) is not None
    return foreign or value in (0, None) or (name == "quantity" and value == 1)


def _fill(templates: Sequence[str], shown: Mapping[str, str]) -> str:
    """The first whose variables are all known; empty if there is none."""
    for each in templates:
        template = Template(each)
        if shown.keys() >= set(template.get_identifiers()):
            return template.substitute(shown)
    return ""
