"""What we do not deliver: to a place outside the country of the company, or what we do not sell at all."""

from __future__ import annotations

import re
from functools import lru_cache

from app.core.company import in_use
from app.core.locales import languages, read_all
from app.core.models import CLEAR
from app.core.wording import spoken
from app.engines.offline.conversation import Say, Scene
from app.engines.offline.foreign import STEM, is_new
from app.engines.offline.lexicon import beginnings, contains, manner, plain, whole
from app.engines.offline.question_words import TOKEN
from app.engines.offline.talk import pick
from app.engines.offline.wishes import Intent

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
OF_SALE = frozenset({"ask_delivery", "foreign_product", "nonsense", "order", "ask_price", "ask_plans", ""})


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


def not_sold(wish: Intent, scene: Scene) -> Say | None:
    """A thing that nobody says of our products stands beside the verb of selling it."""
    if wish.act not in OF_SALE or "item" in wish.slots or not _names_other(plain(wish.said)):
        return None
    if any(found.article.source and found.score >= CLEAR for found in scene.found):
        return None  # a document of the team's tells of it
    return Say(pick(spoken("talk", scene.language)["not_sold"], scene), matter=wish.matter())


def _names_other(said: str) -> bool:
    verb = beginnings(manner("sells"))
    words = [word for word in TOKEN.findall(said) if not whole(manner("before_thing")).fullmatch(word)]
    at = [n for n, word in enumerate(words) if verb.fullmatch(word)]
    return any(_is_other(words[n]) for place in at for n in (place - 1, place + 1) if 0 <= n < len(words))


def _is_other(word: str) -> bool:
    return len(word) >= STEM - 2 and is_new(word[:STEM]) and not contains(manner("way_of_sending"), word)
