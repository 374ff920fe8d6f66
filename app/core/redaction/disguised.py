"""Russian phones with letters in the place of some digits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.core.redaction.window import Found

_SIGN = r"[ .()-]{0,3}"
_DISGUISED = re.compile(rf"(?<![\w+])\+?[78]{_SIGN}9(?:{_SIGN}[\dOoОоIlІ|ЗзЧчбBВS]){{9}}(?!\w)")
REAL = 7  # digits of eleven: fewer could be a word


def disguised_in(text: str) -> Iterator[Found]:
    for found in _DISGUISED.finditer(text):
        if REAL <= sum(c.isdigit() for c in found[0]) < 11:
            yield *found.span(), "phone"
