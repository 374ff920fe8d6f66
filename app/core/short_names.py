"""Products that customers call for short get their whole names: "про на год" is one, "про оплату" is none."""

from __future__ import annotations

import re
from functools import cache

from app.core.company import in_use


def in_full(text: str) -> str:
    for pattern, name in _patterns():
        text = pattern.sub(name, text)
    return text


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile("|".join(patterns), re.IGNORECASE), name)
        for words in in_use().offline.values()
        for name, patterns in words.get("short_names", {}).items()
    )
