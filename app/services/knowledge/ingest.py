"""Adding documents to the knowledge base, with progress and cancellation."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from app.core.exceptions import CallCenterError
from app.core.knowledge import DocumentRecord, Upload
from app.services.knowledge.library import KnowledgeService


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
