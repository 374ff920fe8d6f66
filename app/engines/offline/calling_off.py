""" "Cancel it" after a deed: a line that says nothing else means what was done last."""

from __future__ import annotations

from functools import lru_cache

from app.engines.offline.conversation import Scene
from app.engines.offline.lexicon import contains, manner, plain, values
from app.engines.offline.question_words import TOKEN, longest

ORDERED = "create_order"


def calls_off(text: str, scene: Scene) -> bool:
    """Whether the line takes back what was done last."""
    deed = next((each for each in reversed(scene.deeds) if each.status in ("done", "approval")), None)
    if deed is None or (contains(values("numbered")["order"], text) and deed.tool != ORDERED):
        return False
    return says_only_cancel(text)


def says_only_cancel(text: str) -> bool:
    """ "Hmm, actually cancel it please", and no other word."""
    line = plain(text)
    if "?" in line and not contains(manner("may_you"), line):
        return False
    tokens, known, at, cancels = TOKEN.findall(line), _known(), 0, False
    while at < len(tokens):
        size = longest(tokens, at, known)
        if not size:
            return False
        cancels = cancels or " ".join(tokens[at : at + size]) in manner("call_off")
        at += size
    return cancels


@lru_cache
def _known() -> set[str]:
    kinds = ("call_off", "beside_call_off", "courtesy", "thanks", "noted", "may_you")
    return {phrase for kind in kinds for phrase in manner(kind)}
