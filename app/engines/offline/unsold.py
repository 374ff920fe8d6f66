"""What we do not sell is not answered with the terms of what we sell."""

from __future__ import annotations

from app.core.wording import spoken
from app.engines.offline.conversation import Say, Scene
from app.engines.offline.foreign import STEM, is_new
from app.engines.offline.lexicon import beginnings, contains, manner, plain, whole
from app.engines.offline.question_words import TOKEN
from app.engines.offline.talk import pick
from app.engines.offline.wishes import Intent

ACTS = frozenset({"ask_delivery", "foreign_product", "nonsense", "order", "ask_price", "ask_plans", ""})


def not_sold(wish: Intent, scene: Scene) -> Say | None:
    """A thing that nobody says of our products stands beside the verb of selling it."""
    if wish.act not in ACTS or "item" in wish.slots or not _names_other(plain(wish.said)):
        return None
    return Say(pick(spoken("talk", scene.language)["not_sold"], scene), matter=wish.matter())


def _names_other(said: str) -> bool:
    verb = beginnings(manner("sells"))
    words = [word for word in TOKEN.findall(said) if not whole(manner("before_thing")).fullmatch(word)]
    at = [n for n, word in enumerate(words) if verb.fullmatch(word)]
    return any(_is_other(words[n]) for place in at for n in (place - 1, place + 1) if 0 <= n < len(words))


def _is_other(word: str) -> bool:
    return len(word) >= STEM - 2 and is_new(word[:STEM]) and not contains(manner("way_of_sending"), word)
