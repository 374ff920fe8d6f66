"""What is looked after in the background goes on, whatever one of its duties runs into."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from app.services.caretaker import Caretaker

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
class Sick(Caretaker):
    """Healing fails twice with what nobody expected."""

    tries: int = 0

    async def heal(self) -> None:
        self.tries += 1
        if self.tries < 3:
            raise KeyError("reply")


async def test_a_surprise_in_one_duty_is_tried_again_and_stops_no_other() -> None:
    knowledge = Knowledge(wanted=5)
    caretaker = Sick(dialogs=None, timeout=timedelta(0), knowledge=knowledge, period=0)  # type: ignore[arg-type]
    caretaker.start()
    async with asyncio.timeout(30):
        await knowledge.enough.wait()
    await caretaker.stop()
    assert caretaker.tries == 3
