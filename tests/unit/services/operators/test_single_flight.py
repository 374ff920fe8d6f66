"""Many ask, one computes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from app.services.operators.monitor import KEPT, LEAST, SingleFlight

pytestmark = pytest.mark.anyio


@dataclass
class Work:
    """Takes `length` seconds by its own clock."""

    length: float = 0.0
    now: float = 0.0
    done: int = 0
    fails: bool = False
    begin: asyncio.Event = field(default_factory=asyncio.Event)

    def timer(self) -> float:
        return self.now

    async def __call__(self) -> int:
        await self.begin.wait()
        self.now += self.length
        self.done += 1
        if self.fails:
            raise ValueError("broken")
        return self.done


def work(length: float = 0.0) -> tuple[Work, SingleFlight]:
    made = Work(length)
    made.begin.set()
    return made, SingleFlight(made.timer)


async def test_those_who_ask_at_once_share_one_computation() -> None:
    made = Work()
    shared = SingleFlight(made.timer)
    asking = [asyncio.create_task(shared.get("a", 1, made)) for _ in range(50)]
    await asyncio.sleep(0)
    made.begin.set()
    assert set(await asyncio.gather(*asking)) == {(1, 1)}
    assert made.done == 1


async def test_another_version_or_question_is_computed_anew() -> None:
    made, shared = work()
    assert await shared.get("a", 1, made) == (1, 1)
    assert await shared.get("a", 1, made) == (1, 1)
    made.now += LEAST
    assert await shared.get("a", 2, made) == (2, 2)
    assert await shared.get("b", 2, made) == (2, 3)


async def test_a_long_computation_is_not_repeated_for_nine_times_its_length() -> None:
    made, shared = work(length=2.0)
    await shared.get("a", 1, made)
    made.now += 17.9
    assert await shared.get("a", 2, made) == (1, 1)
    made.now += 0.1
    assert await shared.get("a", 2, made) == (2, 2)


async def test_a_failure_is_told_and_not_kept() -> None:
    made, shared = work()
    made.fails = True
    with pytest.raises(ValueError, match="broken"):
        await shared.get("a", 1, made)
    made.fails = False
    assert await shared.get("a", 1, made) == (1, 2)


async def test_who_gives_up_does_not_end_it_for_the_others() -> None:
    made = Work()
    shared = SingleFlight(made.timer)
    impatient = asyncio.create_task(shared.get("a", 1, made))
    patient = asyncio.create_task(shared.get("a", 1, made))
    await asyncio.sleep(0)
    impatient.cancel()
    made.begin.set()
    assert await patient == (1, 1)


async def test_old_questions_are_forgotten() -> None:
    made, shared = work()
    for number in range(3 * KEPT):
        assert await shared.get(number, 1, made) == (1, number + 1)
        assert await shared.get(max(0, number - KEPT // 2), 1, made) == (1, max(1, number + 1 - KEPT // 2))
    assert await shared.get(0, 1, made) == (1, 3 * KEPT + 1)
    assert await shared.get(3 * KEPT - 1, 1, made) == (1, 3 * KEPT)
