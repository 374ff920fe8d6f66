"""The words of the chat, with what all rooms share: names of agents, sentences of problems, numbers."""

from __future__ import annotations

from functools import lru_cache

from app.ui.format import dollars, number
from app.ui.words import Words, words


@lru_cache
def chat_words(language: str) -> Words:
    shared = {"agents": words(language, "frame")["agents"], "codes": words(language, "problems")["codes"]}
    return {**words(language, "chat"), **shared, "language": language}


def name_of(agent: str, words: Words) -> str:
    """As the other rooms name it; an agent of another roster by its own name."""
    return str(words["agents"].get(agent, agent))


def sure(confidence: float, words: Words) -> str:
    return number(confidence, words["language"], 2)


def milliseconds(seconds: float, words: Words) -> str:
    return number(seconds * 1000, words["language"], 0)


def cost(value: float, words: Words) -> str:
    return dollars(value, words["language"]) if value else "$0"


def failed(code: str, words: Words) -> str:
    """What a turn failed of, by the code that is kept with it."""
    return str(words["failures"].get(code) or words["codes"].get(code, code))
