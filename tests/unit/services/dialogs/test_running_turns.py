"""A turn that somebody stops: it has failed, its line is kept, and it can be answered again."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from app.agents.orchestrator import Orchestrator
from app.core.models import Reply, Said
from app.services.dialogs.admission import RunningTurns, Stopped
from tests.contract.samples import reply
from tests.unit.services.dialogs.test_branching import Desk, Speaker

pytestmark = pytest.mark.anyio


class Slow(Speaker):
    """Begins, and answers only when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.may = asyncio.Event(), asyncio.Event()

    async def run(self, lines: list[Said], *_: object) -> Reply:
        self.begun.set()
        await self.may.wait()
        return reply(f"answer to {lines[-1].content}")


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.speaker = Slow()
    object.__setattr__(made.dialogs.turns, "orchestrator", cast(Orchestrator, made.speaker))
    return made


async def test_a_stopped_turn_has_failed_and_is_answered_by_a_retry(desk: Desk) -> None:
    slow, turns = cast(Slow, desk.speaker), desk.dialogs.turns
    name = str((await desk.dialogs.create("c", None)).body["dialog_id"])
    turn = asyncio.create_task(desk.dialogs.send(name, "one"))
    await slow.begun.wait()
    assert turns.running.stop(name)
    with pytest.raises(Stopped):
        await turn
    assert [m.state for m in (await desk.store.read(name)).messages] == ["failed"]
    assert not turns.running.stop(name)
    slow.may.set()
    assert await desk.branching.retry(name, 1) == name
    await desk.branching.answer(name, 1)
    assert await desk.contents(name) == ["one", "answer to one"]


async def test_whoever_leaves_takes_the_work_along() -> None:
    stops, begun = RunningTurns(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await asyncio.Event().wait()

    caller = asyncio.create_task(stops.run("a", work()))
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert not stops.runs("a")


async def test_what_fails_by_itself_was_not_stopped() -> None:
    async def work() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await RunningTurns().run("a", work())
