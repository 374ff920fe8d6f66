"""What a long text is about: the pieces that tell, without what is beside the point."""

from __future__ import annotations

import re

from app.adapters.routing.lexical import Linear

_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
LONG, PIECE, TELLING = 60, 15, 3


def pieces(text: str) -> list[str]:
    """Sentences, the long ones cut every 15 words."""
    out = []
    for sentence in _SENTENCE.split(text):
        words = sentence.split()
        out += [" ".join(words[at : at + PIECE]) for at in range(0, len(words), PIECE)]
    return out


def gist(text: str, model: Linear) -> str:
    """Of a long text the pieces that speak clearest for one class, and its end, in their order."""
    if len(text.split()) <= LONG:
        return text
    parts = pieces(text)
    margins = model.margins_of(parts)[:, :-1]
    peaks = margins.max(axis=1) - margins.mean(axis=1)
    best = set(peaks.argsort(kind="stable")[-TELLING:].tolist()) | {len(parts) - 1}
    return " ".join(dict.fromkeys(parts[at] for at in sorted(best)))
