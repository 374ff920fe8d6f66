""" "Wait", "let me think": a line by which the customer takes time, which is neither a yes nor a no."""

from __future__ import annotations

from functools import lru_cache

from app.engines.offline.lexicon import manner, plain
from app.engines.offline.question_words import TOKEN, longest


def pauses(text: str) -> bool:
    """Nothing else is said: "wait, make it two" is another wish, "wait, how much?" a question."""
    tokens, at, thinks = TOKEN.findall(plain(text)), 0, False
    if "?" in text:
        return False
    while at < len(tokens):
        size = longest(tokens, at, _known())
        if not size:
            return False
        thinks = thinks or " ".join(tokens[at : at + size]) in manner("pause")
        at += size
    return thinks


@lru_cache
def _known() -> set[str]:
    return {*manner("pause"), *manner("beside_pause")}
