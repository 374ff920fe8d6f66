"""What an agent would do with a question: by the rules of its turn, without one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.core.company import in_use
from app.core.knowledge import Approved
from app.core.models import RELEVANT, Passage
from app.core.retrieval import GIVEN, order_of_use

Use = Literal["answer", "records", "background", "spare", "far"]
"""The agent answers from it; looks into the customer's records first; gets it beside that; does not get it,
though it is near; or it is too far."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    passage: Passage
    use: Use


@dataclass(frozen=True, slots=True)
class Prospect:
    """`found` in the order of use. An `approved` answer is given as it stands, and no article is needed."""

    approved: Approved | None
    found: list[Foreseen]

    @property
    def first(self) -> Foreseen | None:
        """What is answered from."""
        best = next(iter(self.found), None)
        return best if best and best.use in ("answer", "records") else None


def foreseen(approved: Approved | None, found: Sequence[Passage], agent: str | None) -> Prospect:
    """`found` as the search orders it. Without an agent the first article's is the one who answers."""
    serving = agent or (found[0].article.agent if found else None)
    given = [] if approved else order_of_use(found[:GIVEN], serving, RELEVANT)
    rest = sorted((each for each in found if each not in given), key=lambda each: -each.score)
    return Prospect(
        approved,
        [
            *(Foreseen(each, _use(each) if at == 0 else "background") for at, each in enumerate(given)),
            *(Foreseen(each, "spare" if each.score >= RELEVANT else "far") for each in rest),
        ],
    )


def _use(first: Passage) -> Use:
    return "records" if first.article.id in in_use().profile.records else "answer"
