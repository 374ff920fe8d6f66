"""The text as every stage of the router reads it."""

from __future__ import annotations

from app.core.courtesies import strip_courtesies
from app.core.ngrams import fold_line
from app.engines.routing.keyboard import Keyboard


def normalize(text: str, keyboard: Keyboard) -> str:
    """The folded text as it was meant, whatever keyboard it was typed on, without courtesies at its ends."""
    return strip_courtesies(keyboard.repair(fold_line(text)))
