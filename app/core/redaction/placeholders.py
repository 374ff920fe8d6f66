"""Placeholders such as [phone-1] for what a model must not see, and the way back."""

from __future__ import annotations

import json
import re
from collections import Counter

from app.core.redaction.search import KINDS, find

_KINDS = "|".join(KINDS)
_PLACEHOLDER = re.compile(
    rf"(?P<escape>\\)?\[(?P<kind>{_KINDS})[-‑–_ ](?P<number>\d{{1,6}})(?(escape)\\)\]", re.IGNORECASE
)
LONGEST = max(map(len, KINDS)) + 11
"""Of a placeholder, with its escapes."""
_BEGUN = re.compile(rf"\\?(?:\[[^\[\]\n]{{0,{LONGEST}}})?\Z")


class Placeholders:
    """Of one request to a model: the same value has the same placeholder in all of its texts."""

    def __init__(self) -> None:
        self._by_value: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._last: Counter[str] = Counter()

    def reserve(self, text: str) -> None:
        """What stands in a text as a placeholder already is the customer's own and is never put back."""
        for _, kind, number in _PLACEHOLDER.findall(text):
            self._last[kind.lower()] = max(self._last[kind.lower()], int(number))

    def hide(self, text: str) -> str:
        parts, done = [], 0
        for found in find(text):
            parts += [text[done : found.start], self._of(text[found.start : found.end], found.kind)]
            done = found.end
        return "".join([*parts, text[done:]])

    def hide_json(self, text: str) -> str:
        """The strings of a JSON text; of a text that is none, the text."""
        try:
            return json.dumps(self.hide_all(json.loads(text)), ensure_ascii=False)
        except (ValueError, RecursionError):
            return self.hide(text)

    def hide_all(self, value: object) -> object:
        """Of the strings inside a JSON value, and of its personal numbers, which become strings."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, int) and find(str(value)):
            return self.hide(str(value))
        if isinstance(value, list):
            return [self.hide_all(each) for each in value]
        if isinstance(value, dict):
            return {name: self.hide_all(each) for name, each in value.items()}
        return value

    def restore(self, text: str, in_json: bool = False) -> str:
        """Placeholders that nobody was given stay."""

        def value(found: re.Match[str]) -> str:
            known = self._values.get(f"[{found['kind'].lower()}-{int(found['number'])}]")
            if known is None:
                return found[0]
            return json.dumps(known, ensure_ascii=False)[1:-1] if in_json else known

        return _PLACEHOLDER.sub(value, text) if self._values else text

    def _of(self, value: str, kind: str) -> str:
        if value not in self._by_value:
            self._last[kind] += 1
            self._by_value[value] = placeholder = f"[{kind}-{self._last[kind]}]"
            self._values[placeholder] = value
        return self._by_value[value]


class RestoredStream:
    """A text in pieces. What may be the beginning of a placeholder waits for the rest."""

    def __init__(self, placeholders: Placeholders, in_json: bool = False) -> None:
        self._placeholders, self._in_json = placeholders, in_json
        self._held = ""

    def feed(self, piece: str) -> str:
        text = self._held + piece
        begun = _BEGUN.search(text, max(0, len(text) - LONGEST - 2))
        at = begun.start() if begun else len(text)
        self._held = text[at:]
        return self._placeholders.restore(text[:at], self._in_json)

    def end(self) -> str:
        held, self._held = self._held, ""
        return self._placeholders.restore(held, self._in_json)
