"""What a long text is about, without what is beside the point."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from app.engines.routing.model import Floats, Linear

_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
LONG, PIECE = 60, 15
TELLING, LAST = 3, 2
TOKENS = 32
"""Of a piece that are embedded; no piece of our long lines has more. Five cost at most 0.3 s of CPU."""

Weigh = Callable[[list[str]], Floats]


def pieces(text: str) -> list[str]:
    """Sentences, the long ones cut every 15 words."""
    out = []
    for sentence in _SENTENCE.split(text):
        words = sentence.split()
        out += [" ".join(words[at : at + PIECE]) for at in range(0, len(words), PIECE)]
    return out


def gist(text: str, model: Linear, weigh: Weigh | None = None) -> str:
    """Of a long text the piece that most clearly asks something of an agent.

    `model` picks the candidates, the end of the text among them, since requests often stand there; the
    dearer `weigh`, where given, decides between them.
    """
    if len(text.split()) <= LONG:
        return text
    parts = pieces(text)
    likely = np.argsort(-clarity(model.margins_of(parts)), kind="stable")[:TELLING]
    chosen = sorted({*likely.tolist(), *range(max(0, len(parts) - LAST), len(parts))})
    candidates = [parts[at] for at in chosen]
    clear = clarity((weigh or model.margins_of)(candidates))
    return str(candidates[int(clear.argmax())])


def clarity(margins: Floats) -> Floats:
    """How much more a piece sounds like a request to some agent than like a follow-up or nothing at all."""
    return np.asarray(margins[:, :-1].max(axis=1) - np.maximum(margins[:, -1], 0), dtype=np.float32)
