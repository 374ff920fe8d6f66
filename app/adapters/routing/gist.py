"""What a long text is about, without what is beside the point."""

from __future__ import annotations

import re

from app.adapters.routing.lexical import Linear

_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
LONG, PIECE = 60, 15


def pieces(text: str) -> list[str]:
    """Sentences, the long ones cut every 15 words."""
    out = []
    for sentence in _SENTENCE.split(text):
        words = sentence.split()
        out += [" ".join(words[at : at + PIECE]) for at in range(0, len(words), PIECE)]
    return out


def gist(text: str, model: Linear) -> str:
    """Of a long text the piece that speaks clearest for one agent, and its end, where requests often are."""
    if len(text.split()) <= LONG:
        return text
    parts = pieces(text)
    margins = model.margins_of(parts)[:, :-1]
    telling = int((margins.max(axis=1) - margins.mean(axis=1)).argmax())
    return " ".join(dict.fromkeys([parts[telling], parts[-1]]))
