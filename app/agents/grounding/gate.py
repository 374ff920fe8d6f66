"""Lets whole sentences of a stream through until one claims what nothing supports."""

from __future__ import annotations

from app.agents.grounding.evidence import Claim, Evidence
from app.agents.grounding.ledger import unsupported_in
from app.agents.grounding.sentences import cut, ends_nothing, settled, split


class SentenceGate:
    """Cleared sentences keep their spaces: joined they are the text up to the first at fault.

    After that one, `offending` holds its claims and nothing more is let through."""

    def __init__(self, evidence: Evidence, lang: str) -> None:
        self._evidence, self._lang = evidence, lang
        self._waiting, self._looked = "", 0
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
            self.offending = self.offending or unsupported_in(sentence, self._evidence, self._lang)
            if self.offending:
                break
            cleared.append(sentence)
        return cleared
