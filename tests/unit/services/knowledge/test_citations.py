"""Who cites an article."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.adapters.storage.memory_store import MemoryStore
from app.core.dialog import Dialog
from app.core.exceptions import DialogNotFound, DialogQuarantined
from app.core.models import Decision, Reply, Turn
from app.services.knowledge.citations import CitationIndex

BEGIN = datetime(2026, 11, 22, 9, tzinfo=UTC)


class Counting(MemoryStore):
    """Counts what is read; of `damaged` the record cannot be."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.damaged = ""

    async def read(self, dialog_id: str) -> Dialog:
        self.reads += 1
        if dialog_id == self.damaged:
            raise DialogQuarantined(dialog_id)
        return await super().read(dialog_id)


def name(number: int) -> str:
    return str(UUID(int=number, version=4))


async def said(store: MemoryStore, number: int, question: str, *articles: str) -> None:
    """A dialog of one turn more, `number` minutes after the beginning."""
    at = BEGIN + timedelta(minutes=number)
    try:
        dialog = await MemoryStore.read(store, name(number))
    except DialogNotFound:
        dialog = Dialog(dialog_id=name(number), customer_id="c", created_at=at, updated_at=at)
    at = dialog.updated_at + timedelta(seconds=1)
    asked = dialog.receive(question, at)
    decision = Decision(agent="sales", confidence=1, source="lexical")
    turn = Turn(decision=decision, agent="sales", model="embedded", citations=list(articles))
    dialog.answer(asked, Reply(text="…", turn=turn), at, 0.1)
    await store.write(dialog)


async def story() -> Counting:
    store = Counting()
    await said(store, 1, "сколько стоит?", "plan-pro", "plan-pro", "plans-compared")
    await said(store, 2, "а скидка?", "plan-pro")
    await said(store, 3, "привет")
    return store


def test_answers_that_name_the_article_are_found_newest_first() -> None:
    async def run() -> None:
        found = await CitationIndex(await story()).of("plan-pro")
        assert [(c.dialog_id, c.question, c.seq) for c in found.found] == [
            (name(2), "а скидка?", 2),
            (name(1), "сколько стоит?", 2),
        ]
        assert (found.dialogs, found.looked, found.complete) == (2, 3, True)

    asyncio.run(run())


def test_only_the_latest_dialogs_are_looked_at_and_it_says_so() -> None:
    async def run() -> None:
        found = await CitationIndex(await story(), latest=2).of("plan-pro")
        assert [c.dialog_id for c in found.found] == [name(2)]
        assert (found.looked, found.complete) == (2, False)

    asyncio.run(run())


def test_a_repeat_reads_only_what_has_changed() -> None:
    async def run() -> None:
        store = await story()
        citations = CitationIndex(store)
        await citations.of("plan-pro")
        await said(store, 2, "и ещё раз?", "plan-pro")
        store.reads = 0
        found = await citations.of("plan-pro")
        assert len(found.found) == 3
        assert store.reads == 1

    asyncio.run(run())


def test_a_deleted_or_damaged_dialog_cites_nothing() -> None:
    async def run() -> None:
        store = await story()
        citations = CitationIndex(store)
        await citations.of("plan-pro")
        await store.delete(name(1))
        await said(store, 2, "и ещё раз?", "plan-pro")
        store.damaged = name(2)
        found = await citations.of("plan-pro")
        assert found.found == []

    asyncio.run(run())
