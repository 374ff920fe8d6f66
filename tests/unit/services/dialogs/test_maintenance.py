"""What is looked after in the background goes on, whatever one of its duties runs into."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from app.adapters.storage.memory_store import MemoryStore
from app.core.exceptions import DialogQuarantined, IndexBuilding
from app.services.dialogs.maintenance import BATCH, Maintenance
from tests.contract.samples import at, closing, kept, new_dialog

pytestmark = pytest.mark.anyio


@dataclass
class Knowledge:
    """Ends the test when it has been looked at `wanted` times."""

    wanted: int
    looks: int = 0
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def refresh_if_changed(self) -> bool:
        self.looks += 1
        if self.looks >= self.wanted:
            self.enough.set()
        return False

    async def settle(self) -> None:
        return None


@dataclass
class Sick(Maintenance):
    """Healing fails twice with what nobody expected."""

    tries: int = 0

    async def heal(self) -> None:
        self.tries += 1
        if self.tries < 3:
            raise KeyError("reply")


async def test_a_surprise_in_one_duty_is_tried_again_and_stops_no_other() -> None:
    knowledge = Knowledge(wanted=5)
    maintenance = Sick(dialogs=None, timeout=timedelta(0), knowledge=knowledge, period=0)  # type: ignore[arg-type]
    maintenance.start()
    async with asyncio.timeout(30):
        await knowledge.enough.wait()
    await maintenance.stop()
    assert maintenance.tries == 3


@dataclass
class Dialogs:
    """`stuck` cannot be closed."""

    store: MemoryStore
    stuck: set[str]

    @property
    def clock(self) -> Callable[[], datetime]:
        return lambda: at(9999)

    async def close_idle(self, dialog_id: str, _since: datetime) -> bool:
        if dialog_id in self.stuck:
            raise DialogQuarantined(dialog_id)
        dialog = await self.store.read(dialog_id)
        dialog.close(closing(at(9999)))
        await self.store.write(dialog)
        return True


async def test_idle_dialogs_are_closed_in_batches_past_those_that_cannot_be() -> None:
    store = MemoryStore()
    dialogs = [new_dialog(when=at(n)) for n in range(2 * BATCH + 7)]
    held = new_dialog(when=at(0))
    held.take_over("anna", "", at(0))
    await kept(store, held, *dialogs)
    stuck = {d.dialog_id for d in [*dialogs[: BATCH + 2], dialogs[-1]]}
    maintenance = Maintenance(Dialogs(store, stuck), timedelta(minutes=1), Knowledge(wanted=1))  # type: ignore[arg-type]
    closed = [await maintenance.close_idle()]
    while maintenance.more:
        closed.append(await maintenance.close_idle())
    assert closed == [0, BATCH - 2, 6]
    assert set(await store.idle_since(at(9999), 999)) == stuck


async def test_dialogs_of_a_clock_that_was_ahead_are_idle_once_they_were_seen_so_for_long_enough() -> None:
    store, seconds = MemoryStore(), iter([0.0, 59.0, 60.0])
    quiet, alive = (new_dialog(when=at(9999) + timedelta(days=400)) for _ in range(2))
    await kept(store, quiet, alive)
    dialogs, minute = Dialogs(store, set()), timedelta(minutes=1)
    maintenance = Maintenance(dialogs, minute, Knowledge(wanted=1), timer=seconds.__next__)  # type: ignore[arg-type]
    for _ in range(2):
        await maintenance.close_idle()
        assert (await store.read(quiet.dialog_id)).status == "active"
    alive.receive("я здесь", alive.updated_at + timedelta(seconds=1))
    await kept(store, alive)
    await maintenance.close_idle()
    assert [(await store.read(d.dialog_id)).status for d in (quiet, alive)] == ["closed", "active"]


@dataclass
class Slow(Maintenance):
    """There is always more to close, and the list is built meanwhile."""

    closings: int = 0

    async def heal(self) -> None:
        raise IndexBuilding("1 of 2")

    async def close_idle(self) -> int:
        self.closings += 1
        self.more = True
        return 1


async def test_a_long_sweep_keeps_no_other_duty_waiting() -> None:
    knowledge = Knowledge(wanted=3)
    maintenance = Slow(dialogs=None, timeout=timedelta(1), knowledge=knowledge, period=3600)  # type: ignore[arg-type]
    maintenance.start()
    async with asyncio.timeout(30):
        await knowledge.enough.wait()
    await maintenance.stop()
    assert maintenance.closings >= 3
