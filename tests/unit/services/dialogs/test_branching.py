"""Branches of a dialog: whatever is repeated, changed or taken back, no line is ever lost."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.adapters.storage.memory_store import MemoryStore
from app.agents.orchestrator import Orchestrator
from app.agents.summary import Extractive
from app.core.dialog import Dialog
from app.core.exceptions import DialogClosed, ProviderError
from app.core.models import Reply, Said, ToolUse
from app.services.dialogs.admission import Admission, DialogAccess
from app.services.dialogs.branching import SUPERSEDED, Branching, NotRepeatable
from app.services.dialogs.manager import DialogManager
from app.services.dialogs.turns import Turns
from app.telemetry.metrics import Metrics
from tests.contract.samples import NOON, reply

pytestmark = pytest.mark.anyio


class Speaker:
    """Answers every line with its number; may fail once, or act."""

    def __init__(self) -> None:
        self.fails, self.acts, self.turns = False, "", 0

    async def run(self, lines: list[Said], *_: object) -> Reply:
        if self.fails:
            self.fails = False
            raise ProviderError("down")
        self.turns += 1
        answer = reply(f"{self.turns}: {lines[-1].content}")
        if self.acts:
            answer.turn.tools = [
                ToolUse(name="create_order", arguments={}, result="", status=self.acts, number="N-1")
            ]
            self.acts = ""
        return answer


class Desk:
    """Dialogs in memory, and a clock that moves at every look."""

    def __init__(self) -> None:
        self.now, self.speaker, self.store = NOON, Speaker(), MemoryStore()
        turns = Turns(self.store, cast(Orchestrator, self.speaker), Metrics(), clock=self.clock)
        self.dialogs = DialogManager(DialogAccess(self.store, Admission(8)), turns, Extractive())
        self.branching = Branching(self.dialogs)

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    async def begin(self, *texts: str) -> str:
        name = str((await self.dialogs.create("c", texts[0])).body["dialog_id"])
        for text in texts[1:]:
            await self.dialogs.send(name, text)
        return name

    async def contents(self, name: str) -> list[str]:
        return [m.content for m in (await self.store.read(name)).messages]


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_retry_leaves_the_old_dialog_whole_and_closed(desk: Desk) -> None:
    old = await desk.begin("one", "two")
    new = await desk.branching.retry(old, 3)
    await desk.branching.answer(new, 3)
    assert await desk.contents(old) == ["one", "1: one", "two", "2: two"]
    assert await desk.contents(new) == ["one", "1: one", "two", "3: two"]
    closed, branch = await desk.store.read(old), await desk.store.read(new)
    assert closed.closing is not None
    assert (closed.status, closed.closing.reason) == ("closed", SUPERSEDED)
    assert branch.forked_from is not None
    assert (branch.forked_from.dialog_id, branch.forked_from.seq) == (old, 3)
    assert branch.assigned_agent == "sales"


async def test_an_undo_leaves_what_came_before(desk: Desk) -> None:
    old = await desk.begin("one", "two")
    assert await desk.contents(await desk.branching.undo(old, 3)) == ["one", "1: one"]


async def test_a_failed_last_line_is_answered_where_it_stands(desk: Desk) -> None:
    name = await desk.begin("one")
    desk.speaker.fails = True
    with pytest.raises(ProviderError):
        await desk.dialogs.send(name, "two")
    assert await desk.branching.retry(name, 3) == name
    await desk.branching.answer(name, 3)
    assert await desk.contents(name) == ["one", "1: one", "two", "2: two"]


@pytest.mark.parametrize(("status", "code"), [("done", "turn_acted"), ("approval", "turn_acted")])
async def test_a_turn_that_has_acted_stays(desk: Desk, status: str, code: str) -> None:
    desk.speaker.acts = status
    name = await desk.begin("one", "two")
    for change in (
        desk.branching.retry(name, 1),
        desk.branching.edit(name, 1, "other"),
        desk.branching.undo(name, 1),
        desk.branching.check(name, 1),
    ):
        with pytest.raises(NotRepeatable) as refused:
            await change
        assert refused.value.code == code
    assert (await desk.store.read(name)).status == "active"


async def test_a_line_after_the_action_may_change_unless_a_word_is_awaited(desk: Desk) -> None:
    desk.speaker.acts = "done"
    assert await desk.branching.undo(await desk.begin("one", "two"), 3)
    desk.speaker.acts = "approval"
    with pytest.raises(NotRepeatable) as refused:
        await desk.branching.undo(await desk.begin("one", "two"), 3)
    assert refused.value.code == "decision_awaited"


async def test_nothing_changes_while_a_person_serves_or_after_the_end(desk: Desk) -> None:
    name = await desk.begin("one")
    dialog = await desk.store.read(name)
    dialog.take_over("anna", "", NOON)
    async with desk.store.lock(name):
        await desk.store.write(dialog)
    with pytest.raises(NotRepeatable):
        await desk.branching.undo(name, 1)
    other = await desk.begin("one")
    await desk.branching.undo(other, 1)
    with pytest.raises(DialogClosed):
        await desk.branching.undo(other, 1)


@pytest.mark.parametrize("seq", [0, 2, 3, -1])
async def test_only_lines_of_the_customer_can_change(desk: Desk, seq: int) -> None:
    name = await desk.begin("one")
    with pytest.raises(NotRepeatable):
        await desk.branching.retry(name, seq)


class Branches(RuleBasedStateMachine):
    """Every line that was ever stored stays stored, and exactly one dialog is open."""

    def __init__(self) -> None:
        super().__init__()
        self.desk, self.known = Desk(), dict[str, list[str]]()
        self.open = self.does(self.desk.begin("начало"))
        self.told = 0

    def does(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run(work)

    @property
    def customer_lines(self) -> list[int]:
        dialog: Dialog = self.does(self.desk.store.read(self.open))
        return [m.seq for m in dialog.messages if m.role == "customer"]

    @rule()
    def say(self) -> None:
        self.told += 1
        self.does(self.desk.dialogs.send(self.open, f"ещё {self.told}"))

    @precondition(lambda self: self.customer_lines)
    @rule(data=st.data(), kind=st.sampled_from(["retry", "edit"]))
    def again(self, data: st.DataObject, kind: str) -> None:
        seq = data.draw(st.sampled_from(self.customer_lines))
        branching = self.desk.branching
        work = branching.retry(self.open, seq) if kind == "retry" else branching.edit(self.open, seq, "иначе")
        self.open = self.does(work)
        self.does(branching.answer(self.open, seq))

    @precondition(lambda self: self.customer_lines)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        seq = data.draw(st.sampled_from(self.customer_lines))
        self.open = self.does(self.desk.branching.undo(self.open, seq))

    @invariant()
    def nothing_is_lost(self) -> None:
        for name, lines in self.known.items():
            assert self.does(self.desk.contents(name))[: len(lines)] == lines
        self.known[self.open] = self.does(self.desk.contents(self.open))
        stored: list[Dialog] = [self.does(self.desk.store.read(name)) for name in self.known]
        assert [d.dialog_id for d in stored if d.status == "active"] == [self.open]
        assert [m.seq for m in stored[-1].messages] == list(range(1, len(stored[-1].messages) + 1))


def test_any_sequence_of_changes_loses_nothing() -> None:
    quick = settings(max_examples=25, stateful_step_count=10, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Branches, settings=quick)
