"""Lines for which nothing was found, near-duplicates together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from pydantic import BaseModel

from app.core.similarity import near_pairs
from app.services.analytics.facts import TurnFacts

NEAR = 0.5
MOST, EXAMPLES, LOOKED_AT = 50, 3, 2000


Line = Callable[[TurnFacts], str]


class Gap(BaseModel):
    """`question` is the most frequent one of its group; `agents` are those that had to answer it."""

    question: str
    count: int
    language: str
    agents: list[str]
    examples: list[str]


def gaps_of(turns: Sequence[TurnFacts], line: Line) -> list[Gap]:
    """Most asked first. The latest two thousand are looked at."""
    asked = sorted((turn for turn in turns if line(turn)), key=lambda turn: turn.at)[-LOOKED_AT:]
    groups: dict[int, list[TurnFacts]] = defaultdict(list)
    for turn, group in zip(asked, _group([line(turn) for turn in asked]), strict=True):
        groups[group].append(turn)
    found = sorted(groups.values(), key=lambda group: (-len(group), line(group[0])))
    return [_gap(group, line) for group in found[:MOST]]


def _group(texts: Sequence[str]) -> list[int]:
    """A number for each text; texts joined by a chain of near ones have the same."""
    parent = list(range(len(texts)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    first = {text: at for at, text in reversed(list(enumerate(texts)))}
    unique = list(first)
    for left, right in near_pairs(unique, unique, NEAR):
        parent[root(first[unique[left]])] = root(first[unique[right]])
    return [root(first[text]) for text in texts]


def _gap(group: Sequence[TurnFacts], line: Line) -> Gap:
    texts = Counter(line(turn) for turn in group)
    ordered = [text for text, _ in sorted(texts.items(), key=lambda each: (-each[1], each[0]))]
    return Gap(
        question=ordered[0],
        count=len(group),
        language=Counter(turn.language for turn in group).most_common(1)[0][0],
        agents=sorted({turn.agent for turn in group}),
        examples=ordered[1 : 1 + EXAMPLES],
    )
