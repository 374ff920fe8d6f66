"""Who watches is told of changes, of other processes' too, and nothing is asked while nobody watches."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.storage.memory_store import MemoryStore
from app.core.exceptions import StorageUnavailable
from app.services.dialogs.change_feed import ANY, KNOWN, ChangeFeed, Marks, ObservedStore, latest
from tests.contract.samples import at, new_dialog

pytestmark = pytest.mark.anyio
LONG = 60.0


@dataclass
class Elsewhere:
    """What other processes last wrote, how often it was asked, and a clock that stands until `tick`."""

    marks: Marks = field(default_factory=dict)
    asked: int = 0
    broken: bool = False
    _ticks: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def look(self) -> Marks:
        self.asked += 1
        if self.broken:
            raise StorageUnavailable
        return self.marks

    async def pause(self, _seconds: float) -> None:
        await self._ticks.acquire()

    async def tick(self) -> None:
        self._ticks.release()
        await settled()


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def changes_of(elsewhere: Elsewhere) -> ChangeFeed:
    return ChangeFeed(elsewhere.look, pause=elsewhere.pause, apart=0)


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
    elsewhere = Elsewhere({"a": at(1)})
    changes = ChangeFeed(elsewhere.look, pause=elsewhere.pause)
    changes.tell("a", at(1))
    waiting = [asyncio.create_task(changes.after(2, LONG)) for _ in range(3)]
    await settled()
    changes.tell("a", at(1))
    await settled()
    for heard in (0, 1, 2):
        assert sum(task.done() for task in waiting) == heard
        await elsewhere.tick()
    assert await asyncio.gather(*waiting) == [3] * 3


async def test_without_news_the_same_version_comes_back_in_time() -> None:
    assert await changes_of(Elsewhere()).after(1, 0.0) == 1


async def test_what_another_process_wrote_is_noticed() -> None:
    elsewhere = Elsewhere({"a": at(1)})
    waiting = asyncio.create_task((changes := changes_of(elsewhere)).after(1, LONG))
    await settled()
    await elsewhere.tick()
    assert not waiting.done()
    elsewhere.marks = {"a": at(2)}
    await elsewhere.tick()
    assert await waiting == 2
    assert changes.version == 2


async def test_what_another_process_wrote_between_two_waits_is_noticed() -> None:
    elsewhere = Elsewhere({"a": at(1)})
    changes = changes_of(elsewhere)
    await changes.after(1, 0.0)
    changes.tell("a", at(1))
    elsewhere.marks = {"a": at(2)}
    assert await changes.after(2, LONG) == 3


async def test_our_own_change_is_not_told_twice() -> None:
    elsewhere = Elsewhere({"a": at(1)})
    changes = changes_of(elsewhere)
    changes.tell("ours", at(2))
    elsewhere.marks = {"ours": at(2), "a": at(1)}
    waiting = asyncio.create_task(changes.after(2, LONG))
    await settled()
    await elsewhere.tick()
    assert not waiting.done()
    changes.tell("more")
    assert await waiting == 3


async def test_who_waits_for_one_dialog_sleeps_through_the_changes_of_others() -> None:
    changes = changes_of(elsewhere := Elsewhere({"c": at(0), "b": at(0)}))
    waiting = asyncio.create_task(changes.after(1, LONG, "a"))
    await settled()
    changes.tell("b", at(1))
    elsewhere.marks = {"c": at(2), "b": at(1)}
    await elsewhere.tick()
    assert not waiting.done()
    changes.tell("a", at(3))
    assert await waiting == changes.version
    assert await changes.after(changes.version, 0.0, "a") == changes.version
    assert await changes.after(1, 0.0, "c") == changes.version


@pytest.mark.parametrize("marks", [{"a": at(5), "b": at(1)}, {"b": at(1)}, {"c": at(9), "d": at(8)}])
async def test_what_other_processes_did_to_one_dialog_is_noticed(marks: Marks) -> None:
    """It was written, deleted, or more has changed than a look can show."""
    changes = changes_of(elsewhere := Elsewhere({"a": at(2), "b": at(1)}))
    waiting = asyncio.create_task(changes.after(1, LONG, "a"))
    await settled()
    elsewhere.marks = marks
    await elsewhere.tick()
    assert await waiting == changes.version


@given(st.lists(st.sampled_from(["a", "b", ANY]), max_size=12), st.integers(0, 12), st.booleans())
def test_no_change_of_a_dialog_is_ever_missed(told: list[str], seen: int, flood: bool) -> None:
    changes = changes_of(Elsewhere())
    for name in told:
        changes.tell(name, at(1))
    for number in range(2 * KNOWN * flood):
        changes.tell(f"other {number}", at(1))
    heard = asyncio.run(changes.after(seen + 1, 0.0, "a"))
    assert heard > seen + 1 or not {"a", ANY} & set(told[seen:])


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
    elsewhere = Elsewhere({"a": at(1)})
    waiting = asyncio.create_task(changes_of(elsewhere).after(1, LONG))
    await settled()
    elsewhere.broken = True
    await elsewhere.tick()
    assert not waiting.done()
    elsewhere.broken, elsewhere.marks = False, {"a": at(2)}
    await elsewhere.tick()
    assert await waiting == 2


async def test_a_server_that_stops_lets_everybody_go() -> None:
    elsewhere, stopping = Elsewhere(), False
    changes = ChangeFeed(elsewhere.look, lambda: stopping, elsewhere.pause, apart=0)
    waiting = asyncio.create_task(changes.after(1, LONG))
    await settled()
    stopping = True
    await elsewhere.tick()
    assert await waiting == 2
    assert await changes.after(2, LONG) == 2


async def test_the_store_tells_of_writes_and_deletions() -> None:
    inner = MemoryStore()
    changes = ChangeFeed(lambda: latest(inner), apart=0)
    store = ObservedStore(inner, changes=changes)
    first, second = new_dialog("a", at(0)), new_dialog("b", at(1))
    await store.write(first)
    await store.write(second)
    assert changes.version == 3
    assert await latest(inner) == {d.dialog_id: d.updated_at for d in (first, second)}
    await store.delete(second.dialog_id)
    assert changes.version == 4
    assert await changes.after(3, 0.0, second.dialog_id) == 4
    assert await changes.after(3, 0.0, first.dialog_id) == 3
    assert await latest(inner) == {first.dialog_id: first.updated_at}
