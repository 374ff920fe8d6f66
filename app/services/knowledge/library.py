"""The knowledge base as a service: articles, team documents, approved answers, adding with progress."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

import structlog

from app.core.audit import AuditLog, digest_of, person, recorded_here
from app.core.documents import Watch, onward
from app.core.exceptions import CallCenterError
from app.core.knowledge import (
    ApprovalRefused,
    Approved,
    ApprovedAnswer,
    ArticleNotFound,
    Document,
    DocumentRecord,
    Library,
    LiveIndex,
    Tell,
    Upload,
    silent,
)
from app.core.models import Article, Passage
from app.core.text import is_typical, language_of

log = structlog.get_logger()
LANGUAGES = ("ru", "en")  # in which a citation without a language is looked up first


class KnowledgeService:
    """`live` is what agents search. Everything but `refresh_if_changed` and `settle` blocks.

    `meant` gives back what a question says that was typed in another keyboard layout.
    """

    def __init__(
        self,
        library: Library,
        live: LiveIndex,
        agents: tuple[str, ...],
        clock: Callable[[], datetime],
        meant: Callable[[str], str] = str,
        audit: AuditLog | None = None,
    ) -> None:
        self.live = live
        self.agents = agents
        self._meant = meant
        self._library = library
        self._clock = clock
        self._audit = audit
        self._task: asyncio.Task[None] | None = None

    @property
    def articles(self) -> Mapping[tuple[str, str], Article]:
        return self.live.articles

    def search(self, question: str, lang: str, agent: str | None = None, top: int = 3) -> list[Passage]:
        return self.live.search(self._meant(question), lang, agent, top)

    def find_approved(self, question: str, lang: str) -> Approved | None:
        return self.live.find_approved(self._meant(question), lang)

    def language_of(self, question: str) -> str:
        """That of its words, whatever keyboard layout they were typed in."""
        return language_of(self._meant(question))

    def article(self, article_id: str, lang: str | None = None) -> Article:
        """Without `lang` in whichever language there is one. Raises ArticleNotFound."""
        shelves = self.live.articles
        wanted = [lang] if lang else [*LANGUAGES, *sorted({known for known, _ in shelves})]
        for each in wanted:
            if (each, article_id) in shelves:
                return shelves[each, article_id]
        raise ArticleNotFound(article_id)

    def title_of(self, article_id: str, lang: str) -> str:
        """In that language where it has the article; the id of one that is gone."""
        shelves = self.live.articles
        found = shelves.get((lang, article_id)) or next(
            (article for (_, known), article in shelves.items() if known == article_id), None
        )
        return found.title if found else article_id

    def add(
        self, uploads: Sequence[Upload], tell: Tell = silent, watch: Watch = onward
    ) -> list[DocumentRecord]:
        """All or none, searched when it returns. Raises DocumentUnusable and IsolationBusy."""
        names = [upload.name for upload in uploads]
        with self._recorded("document.added", names):
            records = self._library.add([self._library.read(upload, watch) for upload in uploads], tell)
        self.live.refresh()
        return records

    def preview(self, uploads: Sequence[Upload], watch: Watch = onward) -> list[Document]:
        """As they would be read; nothing is kept. Raises DocumentUnusable and IsolationBusy."""
        return [self._library.read(upload, watch) for upload in uploads]

    def remove(self, name: str) -> DocumentRecord:
        """With all its versions. Raises DocumentNotFound."""
        with self._recorded("document.removed", [name]):
            record = self._library.remove(name)
        self.live.refresh()
        return record

    def documents(self) -> list[DocumentRecord]:
        return self._library.records()

    @property
    def approvals(self) -> Sequence[ApprovedAnswer]:
        """In the order in which they were approved."""
        return self.live.approvals

    def approve(
        self,
        question: str,
        lang: str,
        by: str,
        article_id: str = "",
        text: str = "",
        instead: ApprovedAnswer | None = None,
    ) -> ApprovedAnswer:
        """The answer is an article, or a `text`; `instead` is withdrawn with the same write.

        Raises ApprovalRefused and ArticleNotFound.
        """
        if not is_typical(question):
            told = "names somebody's own matter, a dispute or a number, or is a story"
            raise ApprovalRefused(f"This question {told}: its answer depends on who asks.")
        if bool(article_id) == bool(text.strip()):
            raise ApprovalRefused("Give the article that answers, or a text of your own.")
        if article_id and self.live.needs_person(self.article(article_id, lang)):
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
        places = [_place(each) for each in (approval, instead) if each]
        with self._recorded("answer.approved", [" instead of ".join(places)], by):
            self._library.approve(approval, instead)
        self.live.refresh()
        return approval

    def withdraw(self, approval: ApprovedAnswer) -> None:
        """Raises ApprovedAnswerNotFound."""
        with self._recorded("answer.withdrawn", [_place(approval)]):
            self._library.withdraw(approval)
        self.live.refresh()

    def _recorded(self, what: str, about: Sequence[str], by: str = "") -> AbstractContextManager[None]:
        return recorded_here(self._audit, what, about, person(by) or "service")

    async def refresh_if_changed(self) -> bool:
        """True where a new index is being built in the background; returns at once."""
        if self._task is not None and not self._task.done():
            return False
        if await asyncio.to_thread(self.live.is_current):
            return False
        self._task = asyncio.create_task(self._rebuild(), name="knowledge")
        return True

    async def settle(self) -> None:
        """Until no new index is being built."""
        if self._task is not None:
            await self._task

    async def _rebuild(self) -> None:
        try:
            await asyncio.to_thread(self.live.refresh)
            log.info("knowledge_reindexed", articles=len(self.live.articles))
        except (CallCenterError, OSError) as error:
            log.error("knowledge_not_reindexed", code=getattr(error, "code", "storage_unavailable"))


def _place(approval: ApprovedAnswer) -> str:
    """A question is somebody's words."""
    return f"answer {digest_of(approval.question)}"


class AddingStopped(CallCenterError):
    status = 409
    code = "adding_stopped"

    def __init__(self) -> None:
        super().__init__("Adding was stopped; nothing was added.")


@dataclass(frozen=True, slots=True)
class Embedded:
    """Progress: phrases with vectors, of `total`."""

    done: int
    total: int


async def add_documents(
    knowledge: KnowledgeService, uploads: Sequence[Upload]
) -> AsyncIterator[Embedded | list[DocumentRecord]]:
    """Yields progress, then the records. Closing the iterator stops the work, and nothing is added.

    Raises DocumentUnusable, IsolationBusy and LibraryUnavailable.
    """
    loop, stopped = asyncio.get_running_loop(), threading.Event()
    news: asyncio.Queue[Embedded | None] = asyncio.Queue()

    def watch() -> None:
        if stopped.is_set():
            raise AddingStopped

    def tell(done: int, total: int) -> None:
        watch()
        loop.call_soon_threadsafe(news.put_nowait, Embedded(done, total))

    work = asyncio.create_task(asyncio.to_thread(knowledge.add, uploads, tell, watch), name="adding")
    work.add_done_callback(lambda _: news.put_nowait(None))
    try:
        while (progress := await news.get()) is not None:
            yield progress
        yield await work
    finally:
        stopped.set()
        work.add_done_callback(_consume_error)


def _consume_error(work: asyncio.Task[list[DocumentRecord]]) -> None:
    """What was stopped or told already is no news."""
    if not work.cancelled():
        work.exception()
