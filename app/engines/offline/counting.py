""" "Make it two": a number without what is counted."""

from __future__ import annotations

import re

from app.engines.offline.addresses import address_in
from app.engines.offline.entities import in_figures, without_times
from app.engines.offline.lexicon import plain

SHORT = 8  # words of a line in which it may be that of the pieces
_BARE = re.compile(r"(?<![\w.,:/-])(\d{1,3})(?![\w:/%-]|[.,]\d)")


def bare_count(said: str) -> int | None:
    """The only number of a short line, and nothing of an address or a day."""
    if address_in(said) or len(said.split()) > SHORT:
        return None
    numbers = _BARE.findall(in_figures(without_times(plain(said))))
    return int(numbers[0]) if len(numbers) == 1 and int(numbers[0]) else None
