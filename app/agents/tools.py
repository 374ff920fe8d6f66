"""Tools that every specialist has."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, Field, create_model

from app.agents.base import Desk
from app.core.models import RELEVANT, Passage
from app.core.text import language_of

HAND_OVER = "hand_over"


class Search(BaseModel):
    """Search the knowledge base of the company."""

    question: str = Field(description="What the customer needs, in the customer's language.")


def search_knowledge(desk: Desk) -> BaseTool:
    def search(question: str) -> str:
        return render(relevant(desk.knowledge.search(question, language_of(question))))

    return StructuredTool.from_function(
        search, name="search_knowledge", description=str(Search.__doc__), args_schema=Search
    )


def relevant(passages: Sequence[Passage]) -> list[Passage]:
    return [p for p in passages if p.score >= RELEVANT]


def render(passages: Sequence[Passage]) -> str:
    """Passages as models read them; the id in brackets is what a citation names."""
    if not passages:
        return "(nothing found)"
    return "\n\n".join(f"[{p.article.id}] {p.article.title}\n{p.article.body}" for p in passages)


@cache
def hand_over(targets: tuple[str, ...]) -> BaseTool:
    """By it an agent gives the customer to a colleague. The orchestrator acts on the call, nothing runs."""
    legal: Any = Literal[targets]
    arguments = create_model(
        HAND_OVER,
        to=(legal, Field(description="Who should serve the customer now.")),
        reason=(str, Field(description="Why, in one sentence.")),
        known=(str, Field(default="", description="What is known and was tried so far.")),
    )
    return StructuredTool.from_function(
        lambda **_: "",
        name=HAND_OVER,
        description="Give the customer to a colleague. Call it instead of promising a transfer.",
        args_schema=arguments,
    )
