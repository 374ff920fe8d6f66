"""What customers come with: articles that answered them, and actions of the back office."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Literal

from app.core.actions import BY_TOOL
from app.services.analytics.facts import DialogFacts
from app.services.analytics.views import TopicCount

MOST = 20
Named = tuple[Literal["article", "action"], str]


def topics_of(dialogs: Sequence[DialogFacts]) -> list[TopicCount]:
    """Most frequent first; a dialog may have several, each once."""
    met: dict[Named, Counter[str]] = defaultdict(Counter)
    for facts in dialogs:
        for named, agent in topics_of_dialog(facts).items():
            met[named][agent] += 1
    rows = [
        TopicCount(kind=kind, name=name, dialogs=agents.total(), agent=agents.most_common(1)[0][0])
        for (kind, name), agents in met.items()
    ]
    return sorted(rows, key=lambda row: (-row.dialogs, row.kind, row.name))[:MOST]


def topics_of_dialog(facts: DialogFacts) -> dict[Named, str]:
    """With the agent that met it. What a person decided is told later, by itself."""
    turns = [turn for turn in facts.turns if not turn.told]
    articles: dict[Named, str] = {("article", turn.article): turn.agent for turn in turns if turn.article}
    actions: dict[Named, str] = {
        ("action", name): turn.agent for turn in turns for name, _ in turn.tools if name in BY_TOOL
    }
    return articles | actions
