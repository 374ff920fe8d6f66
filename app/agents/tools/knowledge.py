"""The knowledge base as a tool, and how models read what was found."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, Field

from app.agents.base import Result, Tool, ToolContext
from app.core.backoffice import ActionContext
from app.core.models import RELEVANT, Passage
from app.core.text import clean


class SearchKnowledge(BaseModel):
    """Search the knowledge base of the company."""

    question: str = Field(description="What the customer needs, in the customer's language.")


def _search(context: ToolContext, origin: ActionContext, wanted: SearchKnowledge) -> Result:
    found = context.knowledge.search(wanted.question, origin.language)
    return Result(render(relevant(found)))


search_knowledge = Tool(SearchKnowledge, _search)


def relevant(passages: Sequence[Passage]) -> list[Passage]:
    return [p for p in passages if p.score >= RELEVANT]


def render(passages: Sequence[Passage]) -> str:
    """Passages as models read them; the id in brackets is what a citation names.

    A line of an article that begins with a bracket is set in, for it would read like the head of another one.
    """
    if not passages:
        return "(nothing found)"
    return "\n\n".join(
        f"[{p.article.id}] {clean(p.article.title)}\n{_set_in(p.article.body)}" for p in passages
    )


def _set_in(body: str) -> str:
    return "\n".join(f"  {line}" if line.startswith("[") else line for line in body.splitlines())
