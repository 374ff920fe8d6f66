"""What the words of a claim, or of a sentence, are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.agents.grounding.language import words_of
from app.agents.grounding.reading import BEHIND, ENDING, NOUN, SPECIAL, ActionClaim, has_word, templates
from app.agents.grounding.sentences import plain

TELLING = 5  # letters of a word that tells something


def names(deed: ActionClaim, matter: str) -> bool:
    """Whether its words tell that it is about an order, a subscription …"""
    element = f"<{NOUN}{matter}>"
    return any(element in cues.fits(w.text) for cues in templates() for w in words_of(deed.text, ()))


def tellings(deed: ActionClaim) -> list[str]:
    """The longer words that say what became of the matters that it names."""
    words = (word.text for word in words_of(plain(deed.text), ()))
    return [
        word
        for word in words
        if len(word) >= TELLING and not any(_is_matter(cues.fits(word)) for cues in templates())
    ]


def _is_matter(elements: frozenset[str]) -> bool:
    return any(element.startswith(f"<{NOUN}") for element in elements)


def special(words: Iterable[str]) -> Iterator[str]:
    """The lists of words that need a word of theirs in the evidence: gifts, people of rank."""
    found = {element for word in words for cues in templates() for element in cues.fits(word)}
    return (name for name in SPECIAL if f"<{name}>" in found)


def is_behind(deed: ActionClaim) -> bool:
    """Somebody whom a ticket reaches, and no colleague in the dialog."""
    return has_word(BEHIND, [word.text for word in words_of(plain(deed.text), ())])


def is_ending(deed: ActionClaim) -> bool:
    return has_word(ENDING, [word.text for word in words_of(plain(deed.text), ())])
