"""Why a turn went to its agent, from the stored trace and the fitted router: old dialogs explain too."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from app.core.cleaned_text import spoken_language
from app.core.company import Company, Topic
from app.core.explanation import RULES, Explanation, Kind, LabelledExample, Mark, Sureness
from app.core.models import Decision, Source
from app.core.ngrams import fold_line
from app.core.text import without_yo

CERTAIN, LIKELY = 0.9, 0.75
"""Confidence from which a decision is called almost certain, or likely; below it is a guess.

Measured with the shipped router on the development sets (messages, follow-ups and transcripts, both
languages, 1,090 labelled turns): from 0.9 on 99.3 % of 938 were right, from 0.75 to 0.9 90 % of 84,
below 63 % of 68. The test sets were not looked at.
"""
EXAMPLES = 5
AGREE = 2  # of them, that name the same topic
UNMARKED, PHRASE = 1, 2
"""What a topic's word counts; marks on it count as well, and for several words at least PHRASE does."""


class RouterEvidence(Protocol):
    """What a fitted router can say for a decision. CPU-bound."""

    def marks(self, text: str, agent: str, source: Source) -> list[Mark]: ...

    def nearest(self, text: str, language: str, count: int, source: Source) -> list[LabelledExample]: ...


def sureness_of(confidence: float) -> Sureness:
    """Also of a case in a report."""
    return "certain" if confidence >= CERTAIN else "likely" if confidence >= LIKELY else "guess"


@dataclass(frozen=True)
class Explaining:
    evidence: RouterEvidence
    company: Company

    async def explain(self, text: str, decision: Decision) -> Explanation:
        """`text` is the customer's message."""
        return await asyncio.to_thread(self.work_out, text, decision)

    async def warm(self) -> None:
        """Reads the training lines."""
        await asyncio.to_thread(self.evidence.nearest, "…", "en", 1, "lexical")

    def work_out(self, text: str, decision: Decision) -> Explanation:
        """As `explain`, blocking."""
        kind, agent = kind_of(decision), decision.agent
        known = Explanation(kind=kind, agent=agent, text=text, confidence=decision.confidence)
        if kind == "model":
            return known.model_copy(update={"said": decision.reason})
        if kind != "plain":
            return known
        source = decision.source
        marks = self.evidence.marks(text, agent, source)
        examples = self.evidence.nearest(text, spoken_language([text]), EXAMPLES, source)
        topic = self._topic(text, agent, marks, examples)
        found = {"marks": marks, "examples": examples, "sureness": sureness_of(decision.confidence)}
        if rival := rival_of(decision):
            found |= {"kind": "outweighed", "rival": rival}
        elif topic is not None:
            found |= {"kind": "topic", "topic": topic.titles}
        return known.model_copy(update=found)

    def _topic(
        self, text: str, agent: str, marks: Sequence[Mark], examples: Iterable[LabelledExample]
    ) -> Topic | None:
        """By the message's own words, else by those of the nearest lines with the same label."""
        known = self.company.agents.get(agent)
        topics = known.topics if known else []
        own = {at: weigh(topic, text, marks) for at, topic in enumerate(topics)}
        if not any(own.values()):
            lines = [near.text for near in examples if near.agent == agent]
            votes = Counter(at for line in lines for at, topic in enumerate(topics) if weigh(topic, line))
            own = {at: count for at, count in sorted(votes.items()) if count >= AGREE}
        return topics[max(own, key=lambda at: own[at])] if any(own.values()) else None


def rival_of(decision: Decision) -> str:
    """A likelier desk, if any: in a dialog some take more certainty than others to move to."""
    scores = decision.scores
    best = max(scores, key=lambda agent: scores[agent], default="")
    return best if scores.get(best, 0) > scores.get(decision.agent, 1) else ""


def kind_of(decision: Decision) -> Kind:
    """`plain` where probabilities decided."""
    if decision.source == "llm":
        return "model"
    if decision.source == "fallback":
        return "fallback"
    return RULES.get(decision.reason, "follow_up" if decision.source == "sticky" else "plain")


def weigh(topic: Topic, text: str, marks: Sequence[Mark] = ()) -> int:
    """Words of the topic in a text, the marked ones more."""
    found = _pattern(tuple(topic.words)).finditer(without_yo(text.lower()))
    return sum(UNMARKED + _strength(hit, marks) for hit in found)


def _strength(hit: re.Match[str], marks: Sequence[Mark]) -> int:
    inside = (m.strength for m in marks if m.start < hit.end() and hit.start() < m.end)
    return max([*inside, PHRASE if " " in hit[0] else 0])


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    beginnings = sorted({fold_line(word) for word in words}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, beginnings))})")
