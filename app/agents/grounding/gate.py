"""Blocks unsupported sentences: in a stream as they arrive, in a finished reply by removing them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from app.agents.grounding.language import CueTemplates, honest, languages, words_of
from app.agents.grounding.ledger import unsupported_after
from app.agents.grounding.sentences import cut, ends_nothing, plain, settled, split
from app.agents.grounding.sources import VALUES, Claim, Evidence

SAYS_LITTLE = 3  # words
COURTEOUS = 8  # words at most: a longer sentence tells more than thanks


@dataclass(frozen=True, slots=True)
class Redacted:
    """`text` is the reply itself where nothing was dropped."""

    text: str
    dropped: list[Claim]


def redact(text: str, evidence: Evidence, lang: str) -> Redacted:
    """Drops the sentences at fault. Where they were the answer, an honest sentence stands in their place."""
    pieces = split(text)
    faults = [unsupported_after(b, p, evidence, lang) for b, p in zip(["", *pieces], pieces, strict=False)]
    dropped = [claim for claims in faults for claim in claims]
    if not dropped:
        return Redacted(text, [])
    kept = _without_heads([p for p, claims in zip(pieces, faults, strict=True) if not claims])
    lost = [p for p, claims in zip(pieces, faults, strict=True) if claims]
    sentence = honest(lang)["value" if {c.kind for c in dropped} <= VALUES else "action"]
    if _weight(kept) <= _weight(lost):
        return Redacted(sentence, dropped)
    rest = "".join(kept).strip()
    opened = next((p for p in pieces if _said(p)), "") in lost
    return Redacted(f"{sentence}\n\n{rest}" if opened else rest, dropped)


def _without_heads(pieces: list[str]) -> list[str]:
    """A line that ends in a colon needs one below it."""
    kept: list[str] = []
    for piece in reversed(pieces):
        below = next((p for p in reversed(kept) if plain(p)), "")
        if below or not plain(piece).endswith(":"):
            kept.append(piece)
    return kept[::-1]


def _weight(pieces: list[str]) -> int:
    """Words of the sentences that tell something."""
    return sum(n for piece in pieces if (n := _said(piece)) >= SAYS_LITTLE)


def _said(piece: str) -> int:
    words = [w.text for w in words_of(plain(piece), [])]
    courteous = len(words) <= COURTEOUS and any(next(cues.hits(words), None) for cues in _courtesies())
    return 0 if courteous else len(words)


@lru_cache
def _courtesies() -> list[CueTemplates]:
    return [CueTemplates({"courtesy": one.courtesies}, one.vocabulary()) for one in languages()]


class SentenceGate:
    """Cleared sentences keep their spaces: joined they are the text up to the first at fault.

    After that one, `offending` holds its claims and nothing more is let through."""

    def __init__(self, evidence: Evidence, lang: str) -> None:
        self._evidence, self._lang = evidence, lang
        self._waiting, self._looked, self._before = "", 0, ""
        self.offending: list[Claim] = []

    def feed(self, piece: str) -> list[str]:
        self._waiting += piece
        if ends_nothing(piece):
            return []
        whole, self._waiting = cut(self._waiting, self._looked)
        self._looked = settled(self._waiting)
        return self._cleared(whole)

    def end(self) -> list[str]:
        rest, self._waiting = split(self._waiting), ""
        return self._cleared(rest)

    def _cleared(self, sentences: list[str]) -> list[str]:
        cleared: list[str] = []
        for sentence in sentences:
            self.offending = self.offending or unsupported_after(
                self._before, sentence, self._evidence, self._lang
            )
            self._before = sentence
            if self.offending:
                break
            cleared.append(sentence)
        return cleared
