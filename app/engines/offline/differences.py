""" "What is the difference?": whether a line compares what is sold."""

from __future__ import annotations

from app.engines.offline.entities import values_in
from app.engines.offline.lexicon import contains, manner, plain
from app.engines.offline.slips import right_names


def compares(text: str) -> bool:
    """By a word for it, or by two things that are named in a question."""
    several = len(set(values_in("item", right_names(plain(text))))) > 1
    return contains(manner("differ"), text) or (several and contains(manner("which_one"), text))
