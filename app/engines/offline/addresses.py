"""The address in a customer's line: what stands behind "address:", or from a street or a town on."""

from __future__ import annotations

import re
from functools import lru_cache

from app.engines.offline.entities import without_times
from app.engines.offline.lexicon import values

LEAST = 5  # letters of an address
_POLITE = re.compile(
    r"[\s,.!]*(?<!\w)(?:пожалуйста|плиз|спасибо|please|thanks|thank you|instead(?: of .*)?)[\s.!?]*$",
    re.IGNORECASE,
)
_NEXT = re.compile(r"(?<=\d)\.\s+(?=[А-ЯЁA-Z])|[!?]\s+")
_WISH = re.compile(
    r",?\s+(?:(?:и|and)\s+)?(?:чтобы?|завтра|сегодня|tomorrow|today|by\s+\w+day)(?!\w).*", re.IGNORECASE
)
_ORDER = re.compile(r"(?<!\w)[oо]\s?-\s?\d+", re.IGNORECASE)


def address_in(text: str) -> str | None:
    """As it was written, without what follows it. An address has a number in it."""
    said = _ORDER.sub(" ", " ".join(text.split()))
    for pattern in _patterns():
        for found in pattern.finditer(said):
            told = _trimmed(found["address"])
            if len(told) >= LEAST and re.search(r"\d", without_times(told.lower())):
                return told
    return None


def _trimmed(told: str) -> str:
    first = _WISH.sub("", _NEXT.split(told, maxsplit=1)[0])
    return _POLITE.sub("", first).strip(" ,;:.-—«»\"'")


@lru_cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """The most telling first."""
    kinds = ("cue", "before", "behind", "towards", "within", "inside")
    cue, before, behind, towards, within, inside = (_any(values("address")[kind]) for kind in kinds)
    name = r"(?-i:[A-ZА-ЯЁ])[\w'.-]*"
    return tuple(
        re.compile(pattern, re.IGNORECASE)
        for pattern in (
            rf"(?<!\w)(?:{cue})(?!\w)[^:\d]{{0,60}}:\s*(?P<address>.+)",
            rf"(?<!\w)(?:{towards})\s+(?P<address>{name}[,\s][^?!]*\d.*)",
            rf"(?<![\w-])(?P<address>(?:(?:{before})\s+\w+,\s+)?\d+\w?(?:[/-]\d+)?,?\s+(?:[^\W\d][\w'.-]*\s+){{1,4}}?(?:{behind})(?!\w).*)",
            rf"(?<!\w)(?P<address>(?:(?:{before})(?!\w)|(?:г|ул|пр|пер|пл)\s+(?-i:[А-ЯЁ]))\s*\S.*)",
            rf"(?<![\w-])(?P<address>\d+\w?,?\s+{name}(?:,\s*|\s+(?:{within})\s+){name}.*)",
            rf"(?<!\w)(?P<address>[^\W\d]{{3,}},?\s+\d+\w?,?\s+(?:{inside})\.?\s*\d+.*)",
            rf"(?<!\w)(?:{cue})(?!\w)\s+(?:(?:is|now|теперь|такой|будет|на|в)\s+)?(?P<address>(?-i:[А-ЯЁA-Z\d]).+)",
        )
    )


def _any(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
