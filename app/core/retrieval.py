"""Which of the articles that a search found an agent uses, and in which order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from app.core.models import Article

GIVEN = 3
"""How many articles an agent gets with a question."""
NEAR = 0.1  # an own article that scores so much less than a colleague's still comes first


class Scored(Protocol):
    @property
    def article(self) -> Article: ...

    @property
    def score(self) -> float: ...


S = TypeVar("S", bound=Scored)


def order_of_use(found: Iterable[S], agent: str | None, least: float) -> list[S]:
    """Those that answer the question in the order of the search, which knows more than the score; the agent's
    own come first where they come near the best.

    A document of the team's that the search puts first stays first: its score has no labelled questions
    behind it, and it was added because the shipped articles did not do.
    """
    fitting = [each for each in found if each.score >= least]
    near = max((each.score for each in fitting), default=0.0) - NEAR
    leader = fitting[0] if fitting and fitting[0].article.source else None

    def place(each: S) -> tuple[bool, bool, bool]:
        far = each.score < near
        return each is not leader, each.article.agent != agent or far, far

    return sorted(fitting, key=place)
