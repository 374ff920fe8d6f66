"""When a piece of a team's own document answers, though people ask in other words than it is written in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.core.models import Article

STRENGTH = 0.335
"""Least strength with which a piece leads; chosen, like the weights below, on documents and questions of our
own beside `eval_sets/dev_knowledge.jsonl`."""
OTHERS = 0.2  # weight of the nearest article of the company, which may answer as well
APART = 0.5  # weight of the lead over the next piece: what is near all pieces asks for none of them
BEHIND = 0.15  # how far the company's nearest article may be ahead of it


def leading(articles: Sequence[Article], near: NDArray[np.float32]) -> int | None:
    """The place of the piece that is clearly nearest; None where there is none.

    `near` are cosines with the articles.
    """
    own = [place for place, article in enumerate(articles) if article.source]
    if not own:
        return None
    best = max(own, key=lambda place: float(near[place]))
    beside = [n for n in own if n != best and articles[n].source == articles[best].source]
    score = float(near[best])
    apart = score - max((float(near[n]) for n in beside), default=score)
    others = max((float(near[n]) for n, a in enumerate(articles) if not a.source), default=0.0)
    leads = score - OTHERS * others + APART * apart >= STRENGTH
    return best if leads and score >= others - BEHIND else None
