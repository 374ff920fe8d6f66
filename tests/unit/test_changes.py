"""Who watches is told of changes, of other processes' too, and nothing is asked while nobody watches."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from app.adapters.storage.memory import MemoryStore
from app.core.exceptions import StorageUnavailable
from app.services.changes import Changes, latest, mark_of
from app.services.telling import TellingStore
from tests.contract.samples import at, new_dialog

pytestmark = pytest.mark.anyio
LONG = 60.0


@dataclass
class Elsewhere:
    """What another process last wrote, how often it was asked, and a clock that stands until `tick`."""

    mark: object = ()
    asked: int = 0
    broken: bool = False
    _ticks: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def look(self) -> object:
        self.asked += 1
        if self.broken:
            raise StorageUnavailable
        return self.mark

    async def pause(self, _seconds: float) -> None:
        await self._ticks.acquire()

    async def tick(self) -> None:
        self._ticks.release()
        await settled()


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def changes_of(elsewhere: Elsewhere) -> Changes:
    return Changes(elsewhere.look, pause=elsewhere.pause, apart=0)


async def test_who_knows_an_older_version_is_answered_at_once() -> None:
    elsewhere = Elsewhere()
    changes = changes_of(elsewhere)
    changes.tell("a")
    assert await changes.after(1, LONG) == 2
    assert elsewhere.asked == 0


async def test_all_who_wait_hear_of_a_change() -> None:
    changes = changes_of(Elsewhere())
    waiting = [asyncio.create_task(changes.after(1, LONG)) for _ in range(50)]
    await settled()
    assert changes.watchers == 50
    changes.tell("a")
    assert await asyncio.gather(*waiting) == [2] * 50
    assert changes.watchers == 0


async def test_they_hear_of_it_one_after_another() -> None:
    elsewhere = Elsewhere(mark="a")
    changes = Changes(elsewhere.look, pause=elsewhere.pause)
    changes.tell("a")
    waiting = [asyncio.create_task(changes.after(2, LONG)) for _ in range(3)]
    await settled()
    changes.tell("a")
    await settled()
    for heard in (0, 1, 2):
        assert sum(task.done() for task in waiting) == heard
        await elsewhere.tick()
    assert await asyncio.gather(*waiting) == [3] * 3


async def test_without_news_the_same_version_comes_back_in_time() -> None:
    assert await changes_of(Elsewhere()).after(1, 0.0) == 1


async def test_what_another_process_wrote_is_noticed() -> None:
    elsewhere = Elsewhere(mark="one")
    waiting = asyncio.create_task((changes := changes_of(elsewhere)).after(1, LONG))
    await settled()
    await elsewhere.tick()
    assert not waiting.done()
    elsewhere.mark = "two"
    await elsewhere.tick()
    assert await waiting == 2
    assert changes.version == 2


async def test_what_another_process_wrote_between_two_waits_is_noticed() -> None:
    elsewhere = Elsewhere(mark="one")
    changes = changes_of(elsewhere)
    await changes.after(1, 0.0)
    changes.tell("one")
    elsewhere.mark = "two"
    assert await changes.after(2, LONG) == 3


async def test_our_own_change_is_not_told_twice() -> None:
    elsewhere = Elsewhere(mark="one")
    changes = changes_of(elsewhere)
    changes.tell("ours")
    elsewhere.mark = "ours"
    waiting = asyncio.create_task(changes.after(2, LONG))
    await settled()
    await elsewhere.tick()
    assert not waiting.done()
    changes.tell("more")
    assert await waiting == 3


async def test_nothing_is_asked_once_nobody_waits() -> None:
    elsewhere = Elsewhere()
    waiting = asyncio.create_task(changes_of(elsewhere).after(1, LONG))
    await settled()
    waiting.cancel()
    await settled()
    before = elsewhere.asked
    await elsewhere.tick()
    assert elsewhere.asked == before


async def test_a_store_that_cannot_be_read_has_not_changed() -> None:
    elsewhere = Elsewhere(mark="one")
    waiting = asyncio.create_task(changes_of(elsewhere).after(1, LONG))
    await settled()
    elsewhere.broken = True
    await elsewhere.tick()
    assert not waiting.done()
    elsewhere.broken, elsewhere.mark = False, "two"
    await elsewhere.tick()
    assert await waiting == 2


async def test_a_server_that_stops_lets_everybody_go() -> None:
    elsewhere, stopping = Elsewhere(), False
    changes = Changes(elsewhere.look, lambda: stopping, elsewhere.pause, apart=0)
    waiting = asyncio.create_task(changes.after(1, LONG))
    await settled()
    stopping = True
    await elsewhere.tick()
    assert await waiting == 2
    assert await changes.after(2, LONG) == 2


async def test_the_store_tells_of_writes_and_deletions() -> None:
    inner = MemoryStore()
    changes = Changes(lambda: latest(inner))
    store = TellingStore(inner, changes=changes)
    first, second = new_dialog("a", at(0)), new_dialog("b", at(1))
    await store.write(first)
    await store.write(second)
    assert changes.version == 3
    assert await latest(inner) == mark_of(second)
    await store.delete(second.dialog_id)
    assert changes.version == 4
    assert await latest(inner) == mark_of(first)
