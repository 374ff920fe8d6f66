"""What an agent would answer a question from, if a stranger began a dialog with it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.core.exceptions import SearchesBusy
from app.core.knowledge import Approved
from app.core.models import CLEAR, RELEVANT, Article, Passage
from app.core.retrieval import GIVEN, order_of_use
from app.core.threads import SEARCHES
from app.services.knowledge.library import KnowledgeService
from app.services.replay import Replay, ReplayedAnswer

Use = Literal["answer", "background", "spare", "far"]
"""The agent answers from it; gets it beside that; does not use it, though it is near; or it is too far."""
Ground = Literal["approved", "article", "records", "stranger", "words", "nothing"]
"""What the answer rests on: `stranger` where it takes a customer's records and there are none; words of the
agent's own where an article is near, or where there is nothing."""
UNKNOWN = "unknown_customer"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """`score` is None for an article that the search did not find."""

    article: Article
    use: Use
    score: float | None


@dataclass(frozen=True, slots=True)
class Prospect:
    """`found` in the order of use. `reply` is None where trying it out would cost."""

    found: list[Foreseen]
    approved: Approved | None = None
    reply: ReplayedAnswer | None = None

    @property
    def agent(self) -> str | None:
        return self.reply.turn.agent if self.reply and self.reply.turn else None

    @property
    def ground(self) -> Ground:
        if self.approved:
            return "approved"
        if self.found and self.found[0].use == "answer":
            return "article"
        if self.reply and self.reply.turn and self.reply.turn.tools:
            return "stranger" if any(UNKNOWN in use.result for use in self.reply.turn.tools) else "records"
        return "words" if self._spare and self.reply else "nothing"

    @property
    def nearer(self) -> Article | None:
        """The article that the question is nearest to, where the answer rests on something else."""
        used = max((each.score or 0.0 for each in self.found if each.use == "answer"), default=0.0)
        if self.approved or self._spare is None or (self._spare.score or 0.0) <= used:
            return None
        return self._spare.article

    @property
    def meant(self) -> Article | None:
        """The nearer article where the question surely is about it."""
        sure = self.nearer is not None and self._spare is not None and (self._spare.score or 0.0) >= CLEAR
        return self.nearer if sure else None

    @property
    def _spare(self) -> Foreseen | None:
        return next((each for each in self.found if each.use == "spare"), None)


@dataclass
class Foresight:
    """`free`: the embedded model answers, so a rehearsal of the turn tells what happens. Otherwise the rule
    does by which models are given articles.
    """

    knowledge: KnowledgeService
    replay: Replay
    free: bool
    waiting: int = 16
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1), init=False)
    _asked: int = field(default=0, init=False)

    async def look(self, question: str, top: int) -> Prospect:
        """Nothing is stored and nothing happens. Raises SearchesBusy."""
        lang = self.knowledge.language_of(question)
        found = await SEARCHES.run(self.knowledge.search, question, lang, None, top)
        approved = await SEARCHES.run(self.knowledge.find_approved, question, lang)
        if approved:
            return Prospect(_listed(found, ()), approved)
        if not self.free:
            return Prospect(by_rule(found))
        reply = await self._rehearse(question)
        return Prospect(_listed(found, self._cited(reply)), reply=reply)

    def _cited(self, reply: ReplayedAnswer) -> list[Article]:
        """Without those that have gone meanwhile."""
        turn, shelves = reply.turn, self.knowledge.articles
        named = [shelves.get((turn.language, name)) for name in turn.citations] if turn else []
        return [article for article in named if article]

    async def _rehearse(self, question: str) -> ReplayedAnswer:
        """One at a time: customers' turns come first."""
        if self._asked >= self.waiting:
            raise SearchesBusy
        self._asked += 1
        try:
            async with self._places:
                return await self.replay.first_answer(question)
        finally:
            self._asked -= 1


def by_rule(found: Sequence[Passage]) -> list[Foreseen]:
    """What a language model is given; the first article's agent is taken for the one who answers."""
    given = order_of_use(found[:GIVEN], found[0].article.agent if found else None, RELEVANT)
    rest = [each for each in found if each not in given]
    return [
        *(
            Foreseen(each.article, "background" if at else "answer", each.score)
            for at, each in enumerate(given)
        ),
        *_unused(rest),
    ]


def _listed(found: Sequence[Passage], cited: Sequence[Article]) -> list[Foreseen]:
    scores = {(each.article.lang, each.article.id): each.score for each in found}
    names = {(article.lang, article.id) for article in cited}
    rest = [each for each in found if (each.article.lang, each.article.id) not in names]
    return [*(Foreseen(a, "answer", scores.get((a.lang, a.id))) for a in cited), *_unused(rest)]


def _unused(found: Sequence[Passage]) -> list[Foreseen]:
    """Nearest first."""
    ordered = sorted(found, key=lambda each: -each.score)
    return [Foreseen(p.article, "spare" if p.score >= RELEVANT else "far", p.score) for p in ordered]
