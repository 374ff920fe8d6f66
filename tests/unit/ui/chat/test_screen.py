"""A page that shows a dialog hears when there is something else to show of it, and only then."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from app.services.dialogs.change_feed import ChangeFeed, ObservedStore, latest
from app.ui.chat.screen import NewsFeed, has_news, mark_of
from tests.unit.services.dialogs.test_branching import Desk
from tests.unit.services.dialogs.test_change_feed import settled

pytestmark = pytest.mark.anyio


class Page:
    """Of a house where nobody else writes."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.changes = ChangeFeed(partial(latest, self.desk.store), apart=0)
        store = ObservedStore(self.desk.store, changes=self.changes)
        object.__setattr__(self.desk.dialogs.access, "store", store)
        object.__setattr__(self.desk.dialogs.turns, "store", store)
        self.feed = NewsFeed(self.desk.dialogs, self.changes)

    async def mark(self, name: str) -> str:
        return mark_of(await self.desk.dialogs.view(name))

    async def hear(self, name: str, mark: str) -> asyncio.Task[dict[str, str]]:
        asked = {"page": "one", "dialog": name, "mark": mark}
        task = asyncio.create_task(self.feed.poll(asked))
        await settled()
        return task


async def test_a_page_hears_of_its_own_dialog_once_the_answer_is_there() -> None:
    page = Page()
    name, other = await page.desk.begin("one"), await page.desk.begin("other")
    waiting = await page.hear(name, await page.mark(name))
    await page.desk.dialogs.send(other, "more")
    await settled()
    assert not waiting.done()
    await page.desk.dialogs.send(name, "two")
    assert await waiting == {"mark": await page.mark(name)}


async def test_a_line_that_is_being_answered_is_no_news() -> None:
    page = Page()
    name = await page.desk.begin("one")
    dialog = await page.desk.store.read(name)
    dialog.receive("two", page.desk.clock())
    await page.desk.store.write(dialog)
    assert not has_news(await page.desk.dialogs.view(name), "")
    dialog.give_up_pending(page.desk.clock())
    await page.desk.store.write(dialog)
    assert has_news(await page.desk.dialogs.view(name), "")


async def test_a_later_question_of_the_page_ends_the_one_before() -> None:
    page = Page()
    name, other = await page.desk.begin("one"), await page.desk.begin("other")
    before = await page.hear(name, mark := await page.mark(name))
    after = await page.hear(other, await page.mark(other))
    assert await before == {"mark": mark}
    await page.desk.dialogs.delete(other)
    assert await after == {"mark": "dialog_not_found"}


async def test_a_question_of_nothing_is_answered_at_once() -> None:
    assert await Page().feed.poll({}) == {"mark": "dialog_not_found"}
