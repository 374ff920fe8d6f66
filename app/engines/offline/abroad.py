"""Whether a line names a place outside the country of the company."""

from __future__ import annotations

import re
from functools import lru_cache

from app.core.company import in_use
from app.core.locales import languages, read_all
from app.engines.offline.lexicon import plain

AREA = "delivery_area"
"""How a company that delivers at home only says where that is; without it nothing is said of it."""
HOME = "home_country"
CODE = 2  # letters of a country's code; longer ones are regions
ENDINGS = {
    "а": "(?:а|ы|и|е|у|ой)",
    "я": "(?:я|и|е|ю|ей)",
    "ь": "(?:ь|я|ю|е|ем)",
    "й": "(?:й|я|ю|е|ем)",
    "ы": "(?:ы|ам|ах|ами|)",
    "": "(?:|а|у|е|ом)",
}
"""Of a name in the cases of Russian, by its last letter; a name on another vowel has one form."""
VOWELS = "еиоуэюaeiouy"


def is_beyond(said: str, language: str) -> bool:
    """What is asked to be delivered goes where the company does not deliver."""
    words = in_use().words(language)
    if AREA not in words:
        return False
    return bool(_places(str(words.get(HOME, ""))).search(plain(said)))


@lru_cache
def _places(home: str) -> re.Pattern[str]:
    """Whole words: a beginning of `Самоа` or `Киев` begins other words too, and `Того` is one."""
    from babel import Locale  # noqa: PLC0415  (heavy)

    common = {plain(word) for known in read_all("function_words").values() for word in known}
    known = read_all("abroad").values()
    countries = {
        plain(name)
        for language in languages("abroad.yaml")
        for code, name in Locale.parse(language).territories.items()
        if len(code) == CODE and code != home
    }
    names = {*(countries - common), *(plain(name) for one in known for name in one["names"])}
    phrases = [re.escape(plain(phrase)) for one in known for phrase in one["phrases"]]
    return re.compile(rf"(?<!\w)(?:{'|'.join([*map(_inflected, sorted(names)), *phrases])})(?!\w)")


def _inflected(name: str) -> str:
    if name[-1] in ENDINGS:
        return re.escape(name[:-1]) + ENDINGS[name[-1]]
    return re.escape(name) + ("" if name[-1] in VOWELS else ENDINGS[""])
