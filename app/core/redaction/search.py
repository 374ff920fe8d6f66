"""Where personal data stands in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.core.redaction.addresses import addresses_in
from app.core.redaction.contacts import emails_in, passports_in
from app.core.redaction.folded import folded
from app.core.redaction.numbers import numbers_in
from app.core.redaction.phones import disguised_in

KINDS = ("email", "passport", "card", "snils", "inn", "phone", "address")
_MAY_HOLD = re.compile(r"[\d@＠]|соба[кч]|sobaka|\bat\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class PersonalData:
    """Where something personal stands, as the text was typed."""

    start: int
    end: int
    kind: str


def find(typed: str) -> list[PersonalData]:
    """In their order, none over another. Takes time in proportion to the text, whatever it is."""
    if not _MAY_HOLD.search(typed):
        return []
    view = folded(typed)
    found = sorted(
        [
            *emails_in(view.text),
            *passports_in(view.text),
            *numbers_in(view.text),
            *disguised_in(view.text),
            *addresses_in(view.text),
        ],
        key=lambda each: (each[0], -each[1]),
    )
    apart: list[tuple[int, int, str]] = []
    for start, end, kind in found:
        if apart and start < apart[-1][1]:
            first, last, known = apart[-1]
            apart[-1] = first, max(last, end), known
        else:
            apart.append((start, end, kind))
    return [PersonalData(*view.original(start, end), kind) for start, end, kind in apart]


def redact(text: str) -> str:
    """With the kind in the place of what is personal."""
    parts, done = [], 0
    for found in find(text):
        parts += [text[done : found.start], f"[{found.kind}]"]
        done = found.end
    return "".join([*parts, text[done:]])


def redact_all(value: object) -> object:
    """The texts in a value and in its lists and mappings."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list | tuple):
        return [redact_all(each) for each in value]
    if isinstance(value, dict):
        return {name: redact_all(each) for name, each in value.items()}
    return value
