"""Whether a line names a place outside the country of the company."""

from __future__ import annotations

from functools import lru_cache

from app.core.company import in_use
from app.core.locales import languages, read_all
from app.engines.offline.lexicon import Stems, contains

AREA = "delivery_area"
"""How a company that delivers at home only says where that is; without it nothing is said of it."""
HOME = "home_country"
INFLECTED = 5  # letters from which the last one may be another ending
CODE = 2  # letters of a country's code; longer ones are regions


def is_beyond(said: str, language: str) -> bool:
    """What is asked to be delivered goes where the company does not deliver."""
    words = in_use().words(language)
    return AREA in words and contains(_places(str(words.get(HOME, ""))), said)


@lru_cache
def _places(home: str) -> Stems:
    from babel import Locale  # noqa: PLC0415  (heavy)

    listed = {place for known in read_all("abroad").values() for kind in known.values() for place in kind}
    for language in languages("abroad.yaml"):
        names = Locale.parse(language).territories
        listed |= {_stem(name.lower()) for code, name in names.items() if len(code) == CODE and code != home}
    return tuple(sorted(listed))


def _stem(name: str) -> str:
    ends = len(name) >= INFLECTED and name[-1] in "аеиоуыюяй"
    return name[:-1] if ends else name
