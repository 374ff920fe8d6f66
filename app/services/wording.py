"""The sentences that operators read, by language."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

Wording = dict[str, dict[str, str]]
_FILE = Path(__file__).with_name("texts") / "people.yaml"


def wording(language: str) -> Wording:
    """English where there is nothing in the language."""
    known = _known()
    return known.get(language, known["en"])


@cache
def _known() -> dict[str, Wording]:
    loaded: dict[str, Wording] = yaml.safe_load(_FILE.read_text("utf-8"))
    return loaded
