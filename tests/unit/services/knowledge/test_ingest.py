"""Documents on their way in can be watched and stopped."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import cast

import pytest

from app.core.documents import DocumentUnusable, Unusable
from app.core.knowledge import DocumentRecord, Tell, Upload
from app.services.knowledge.library import AddingStopped, Embedded, KnowledgeService, add_documents
from app.ui.knowledge.library import IngestWatch

ONE = [Upload("a", "a.md", b"# A")]


class Slow:
    """Tells a first step and then waits to be let on."""

    def __init__(self, problem: DocumentUnusable | None = None) -> None:
        self.problem = problem
        self.on, self.over = threading.Event(), threading.Event()
        self.ended: list[str] = []

    def add(self, uploads: Sequence[Upload], tell: Tell, watch: Callable[[], None]) -> list[DocumentRecord]:
        assert uploads == ONE
        if self.problem:
            raise self.problem
        watch()
        tell(1, 2)
        assert self.on.wait(20)
        try:
            tell(2, 2)
        except AddingStopped:
            self.ended.append("stopped")
            self.over.set()
            raise
        self.ended.append("added")
        return []


def service(slow: Slow) -> KnowledgeService:
    return cast(KnowledgeService, slow)


def test_each_step_is_told_and_then_what_was_added() -> None:
    async def run() -> None:
        slow = Slow()
        slow.on.set()
        assert [step async for step in add_documents(service(slow), ONE)] == [
            Embedded(1, 2),
            Embedded(2, 2),
            [],
        ]

    asyncio.run(run())


def test_who_stops_listening_stops_the_work() -> None:
    async def run() -> None:
        slow = Slow()
        steps = add_documents(service(slow), ONE)
        assert await anext(steps) == Embedded(1, 2)
        await steps.aclose()  # type: ignore[attr-defined]
        slow.on.set()
        assert await asyncio.to_thread(slow.over.wait, 20)
        assert slow.ended == ["stopped"]

    asyncio.run(run())


def test_a_document_that_cannot_be_used_is_told_to_who_listens() -> None:
    async def run() -> None:
        with pytest.raises(DocumentUnusable):
            async for _ in add_documents(service(Slow(DocumentUnusable("a.md", Unusable.EMPTY))), ONE):
                pass

    asyncio.run(run())


def test_the_time_that_is_left_follows_from_what_was_done() -> None:
    now = iter([0.0, 4.0])
    watch = IngestWatch(timer=lambda: next(now))
    assert watch.left(Embedded(10, 30)) == 9
    assert watch.left(Embedded(30, 30)) is None
