"""Any sequence of steps leaves a store as it leaves a plain dict."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.adapters.storage.json_store import JsonStore
from app.adapters.storage.memory_store import MemoryStore
from app.core.dialog import Dialog, HandbackNote
from app.core.exceptions import DialogNotFound
from app.core.ports import DialogQuery, DialogStore
from tests.contract.samples import answered, at, closing, new_dialog

T = TypeVar("T")
MOMENTS = st.integers(-5, 5).map(at)
LINES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
NEEDLES = st.one_of(st.none(), st.sampled_from(["а", "customer", "ss", "ответ", "no such line"]))


class Steps(RuleBasedStateMachine):
    """The clock of the steps jumps back and forth on purpose."""

    dialogs = Bundle("dialogs")
    durable: ClassVar[bool]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.root = Path(tempfile.mkdtemp())
        self.model: dict[str, Dialog] = {}
        self.store: DialogStore = JsonStore(self.root) if self.durable else MemoryStore()
        self.run(self.store.open())

    def run(self, step: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(step)

    def keep(self, dialog: Dialog) -> None:
        async def write() -> None:
            async with self.store.lock(dialog.dialog_id):
                await self.store.write(dialog)

        self.run(write())
        self.model[dialog.dialog_id] = dialog.model_copy(deep=True)

    @rule(target=dialogs, customer=st.sampled_from(["customer-1", "Customer-2"]), when=MOMENTS)
    def create(self, customer: str, when: Any) -> str:
        dialog = new_dialog(customer, when)
        self.keep(dialog)
        return dialog.dialog_id

    @rule(dialog_id=dialogs, line=LINES, when=MOMENTS)
    def receive(self, dialog_id: str, line: str, when: Any) -> None:
        dialog = self.run(self.store.read(dialog_id))
        if dialog.status == "active":
            dialog.receive(line, when)
            self.keep(dialog)

    @rule(dialog_id=dialogs, line=LINES, agent=st.sampled_from(["sales", "supervisor"]), when=MOMENTS)
    def answer(self, dialog_id: str, line: str, agent: str, when: Any) -> None:
        dialog = self.run(self.store.read(dialog_id))
        if dialog.status == "active":
            answered(dialog, line, "ответ", agent, when)
            self.keep(dialog)

    @rule(dialog_id=dialogs, when=MOMENTS)
    def finish(self, dialog_id: str, when: Any) -> None:
        dialog = self.run(self.store.read(dialog_id))
        dialog.close(closing(when))
        self.keep(dialog)

    @rule(dialog_id=dialogs, when=MOMENTS)
    def take_over_or_hand_back(self, dialog_id: str, when: Any) -> None:
        dialog = self.run(self.store.read(dialog_id))
        if dialog.status == "active" and not dialog.take_over("anna", "", when):
            dialog.hand_back(HandbackNote(by="anna", text="back", at=when))
        self.keep(dialog)

    @rule(dialog_id=consumes(dialogs))
    def delete(self, dialog_id: str) -> None:
        self.run(self.store.delete(dialog_id))
        del self.model[dialog_id]
        with pytest.raises(DialogNotFound):
            self.run(self.store.read(dialog_id))

    @precondition(lambda self: self.durable)
    @rule(lose_index=st.booleans())
    def restart(self, lose_index: bool) -> None:
        self.run(self.store.close())
        if lose_index:
            shutil.rmtree(self.root / ".index")
        self.store = JsonStore(self.root)
        self.run(self.store.open())

    @rule(
        limit=st.integers(1, 3),
        status=st.sampled_from([None, "active", "closed"]),
        agent=st.sampled_from([None, "sales"]),
        customer=st.sampled_from([None, "customer-1"]),
        escalated=st.sampled_from([None, True, False]),
        text=NEEDLES,
    )
    def list_pages(self, limit: int, text: str | None, **filters: Any) -> None:
        renamed = {"customer_id": filters.pop("customer"), **filters}
        seen: list[str] = []
        page = self.run(self.store.find(DialogQuery(limit=limit, text=text, **renamed)))
        seen += [row.dialog_id for row in page.rows]
        while (more := page.next_cursor) is not None:
            page = self.run(self.store.find(DialogQuery(limit=limit, text=text, cursor=more, **renamed)))
            seen += [row.dialog_id for row in page.rows]
        assert seen == self.expected(text, **renamed)

    def expected(
        self, text: str | None, status: Any, agent: Any, customer_id: Any, escalated: Any
    ) -> list[str]:
        found = [
            d
            for d in self.model.values()
            if status in (None, d.status)
            and agent in (None, d.assigned_agent)
            and customer_id in (None, d.customer_id)
            and escalated in (None, d.escalated)
            and (text is None or any(text in line.casefold() for line in lines_of(d)))
        ]
        found.sort(key=lambda d: (d.updated_at, d.dialog_id), reverse=True)
        return [d.dialog_id for d in found]

    @rule(when=MOMENTS)
    def ask_idle_and_unfinished(self, when: Any) -> None:
        idle = {d.dialog_id for d in self.model.values() if is_idle(d, when)}
        waiting = {d.dialog_id for d in self.model.values() if d.pending()}
        assert set(self.run(self.store.idle_since(when, 1000))) == idle
        assert set(self.run(self.store.unfinished())) == waiting

    @invariant()
    def every_dialog_is_as_written(self) -> None:
        for dialog_id, dialog in self.model.items():
            assert self.run(self.store.read(dialog_id)) == dialog

    def teardown(self) -> None:
        self.run(self.store.close())
        self.runner.close()
        shutil.rmtree(self.root)


def is_idle(dialog: Dialog, when: Any) -> bool:
    return dialog.status == "active" and dialog.handler == "bot" and dialog.updated_at < when


def lines_of(dialog: Dialog) -> list[str]:
    return [dialog.dialog_id, dialog.customer_id, *(m.content for m in dialog.messages)]


class MemorySteps(Steps):
    durable = False


class JsonSteps(Steps):
    durable = True


@pytest.mark.parametrize("steps", [MemorySteps, JsonSteps])
def test_any_sequence_of_steps_agrees_with_a_dict(steps: type[Steps]) -> None:
    run_state_machine_as_test(
        steps,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            suppress_health_check=list(HealthCheck),
        ),
    )
