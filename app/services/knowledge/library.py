"""The knowledge base as a service: search, citations, a team's documents, a new index without a pause."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, Sequence, ValuesView
from datetime import datetime

import structlog

from app.core.documents import Watch, onward
from app.core.exceptions import CallCenterError
from app.core.knowledge import (
    ApprovalRefused,
    Approved,
    ApprovedAnswer,
    ArticleNotFound,
    DocumentRecord,
    Library,
    Shelves,
    Tell,
    Upload,
    silent,
)
from app.core.models import Article, Passage
from app.core.text import is_typical, language_of
from app.services.knowledge.answers import SUPERVISOR, approved

log = structlog.get_logger()
LANGUAGES = ("ru", "en")  # in which a citation without a language is looked up first


class KnowledgeService:
    """A KnowledgeBase itself. One attribute holds the index: whoever searches has the old one or the new one.

    Everything but `refresh_if_changed` and `settle` blocks. Raises LibraryDamaged when it is made. `meant`
    gives back what a question says that was typed on another keyboard.
    """

    def __init__(
        self,
        library: Library,
        agents: tuple[str, ...],
        clock: Callable[[], datetime],
        approved_answers: bool = True,
        meant: Callable[[str], str] = str,
    ) -> None:
        self._meant = meant
        self.agents = agents
        self._library = library
        self._clock = clock
        self._approved_answers = approved_answers
        self._building = threading.Lock()
        self._task: asyncio.Task[None] | None = None
        self._stamp = library.stamp()
        self._index = library.index()

    @property
    def articles(self) -> Mapping[tuple[str, str], Article]:
        """A view that always shows the index of now."""
        return LiveArticles(lambda: self._index.articles)

    def search(self, question: str, lang: str, agent: str | None = None, top: int = 3) -> list[Passage]:
        return self._index.base.search(self._meant(question), lang, agent, top)

    def language_of(self, question: str) -> str:
        """That of its words, whatever keyboard they were typed on."""
        return language_of(self._meant(question))

    def find(self, article_id: str, lang: str) -> Article | None:
        return self._index.base.find(article_id, lang)

    def article(self, article_id: str, lang: str | None = None) -> Article:
        """Without `lang` in whichever language there is one. Raises ArticleNotFound."""
        shelves = self._index.articles
        wanted = [lang] if lang else [*LANGUAGES, *sorted({known for known, _ in shelves})]
        for each in wanted:
            if (each, article_id) in shelves:
                return shelves[each, article_id]
        raise ArticleNotFound(article_id)

    def approved(self, question: str, lang: str) -> Approved | None:
        """A person's answer to a typical question, where the match is near certain. CPU-bound."""
        return approved(self._index, self._meant(question), lang) if self._approved_answers else None

    def add(
        self, uploads: Sequence[Upload], tell: Tell = silent, watch: Watch = onward
    ) -> list[DocumentRecord]:
        """All or none, searched when it returns. Raises DocumentUnusable and IsolationBusy."""
        records = self._library.add([self._library.read(upload, watch) for upload in uploads], tell)
        self.refresh()
        return records

    def remove(self, name: str) -> DocumentRecord:
        """With all its versions. Raises DocumentNotFound."""
        record = self._library.remove(name)
        self.refresh()
        return record

    def documents(self) -> list[DocumentRecord]:
        return self._library.records()

    @property
    def approvals(self) -> Sequence[ApprovedAnswer]:
        """The stock, in the order in which it was filled."""
        return self._index.approvals

    def approve(
        self, question: str, lang: str, by: str, article_id: str = "", text: str = ""
    ) -> ApprovedAnswer:
        """Of an article, or `text` of one's own. Raises ApprovalRefused and ArticleNotFound."""
        if not is_typical(question):
            told = "names somebody's own matter, a dispute or a number, or is a story"
            raise ApprovalRefused(f"This question {told}: its answer depends on who asks.")
        if bool(article_id) == bool(text.strip()):
            raise ApprovalRefused("Give the article that answers, or a text of your own.")
        if article_id and self.article(article_id, lang).agent == SUPERVISOR:
            raise ApprovalRefused(
                f"{article_id} is for a supervisor to decide; it is not answered from a stock."
            )
        now = self._clock()
        approval = ApprovedAnswer(
            question=question.strip(),
            lang=lang,
            article_id=article_id,
            text=text.strip(),
            by=by,
            approved=now,
        )
        self._library.approve(approval)
        self.refresh()
        return approval

    def refresh(self) -> None:
        """Build the index anew and put it in place; searches go on with the old one meanwhile."""
        with self._building:
            stamp = self._library.stamp()
            index = self._library.index()
            self._index, self._stamp = index, stamp

    async def refresh_if_changed(self) -> bool:
        """True where a new index is being built in the background; returns at once."""
        if self._task is not None and not self._task.done():
            return False
        if await asyncio.to_thread(self._library.stamp) == self._stamp:
            return False
        self._task = asyncio.create_task(self._rebuild(), name="knowledge")
        return True

    async def settle(self) -> None:
        """Until no new index is being built."""
        if self._task is not None:
            await self._task

    async def _rebuild(self) -> None:
        try:
            await asyncio.to_thread(self.refresh)
            log.info("knowledge_reindexed", articles=len(self._index.articles))
        except (CallCenterError, OSError) as error:
            log.error("knowledge_not_reindexed", code=getattr(error, "code", "storage_unavailable"))


class LiveArticles(Mapping[tuple[str, str], Article]):
    """Iterations run over the articles of one moment, whatever takes their place meanwhile."""

    def __init__(self, now: Callable[[], Shelves]) -> None:
        self._now = now

    def __getitem__(self, key: tuple[str, str]) -> Article:
        return self._now()[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())

    def keys(self) -> KeysView[tuple[str, str]]:
        return self._now().keys()

    def values(self) -> ValuesView[Article]:
        return self._now().values()

    def items(self) -> ItemsView[tuple[str, str], Article]:
        return self._now().items()
