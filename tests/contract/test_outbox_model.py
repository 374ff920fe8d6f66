"""Any sequence of steps: order inside a dialog, one carrier for a customer, nothing lost, nothing twice."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from shutil import copy, rmtree
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from app.core.outbox import OutboxMessage
from app.engines.backoffice.outbox import SqlOutbox
from tests.support.outbox import LEASE, NOON, events, fresh

DIALOGS = st.sampled_from(["a", "b", "c"])
CUSTOMERS = {"a": "x", "b": "x", "c": "y"}


class Steps(RuleBasedStateMachine):
    """`waiting` and `dead` hold numbers by dialog; `carried` are leases that nobody has reported on."""

    prepared: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.outbox = SqlOutbox(copy(self.prepared, self.folder / "outbox.sqlite"))
        self.now = NOON + timedelta(hours=1)
        self.written = dict.fromkeys("abc", 0)
        self.waiting: dict[str, set[int]] = {dialog: set() for dialog in "abc"}
        self.dead: dict[str, set[int]] = {dialog: set() for dialog in "abc"}
        self.carried: list[tuple[OutboxMessage, bool]] = []

    @rule(dialog=DIALOGS, more=st.integers(0, 3))
    def copy(self, dialog: str, more: int) -> None:
        before = self.written[dialog]
        self.written[dialog] += more
        told = events(dialog, self.written[dialog], CUSTOMERS[dialog])
        assert self.outbox.add(dialog, told) == more
        self.waiting[dialog] |= set(range(before + 1, before + more + 1))

    @rule(limit=st.integers(1, 3))
    def claim(self, limit: int) -> None:
        busy = {p.event.customer_id for p, live in self.carried if live}
        for message in self.outbox.claim(self.now, limit, LEASE):
            event = message.event
            assert event.customer_id not in busy
            assert event.number == min(self.waiting[event.dialog_id])
            busy.add(event.customer_id)
            self.carried.append((message, True))

    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        if self.carried:
            message, _ = self.carried.pop(data.draw(st.integers(0, len(self.carried) - 1)))
            self.outbox.delivered(message)
            self.waiting[message.event.dialog_id].discard(message.event.number)
            self.dead[message.event.dialog_id].discard(message.event.number)

    @rule(data=st.data(), fatal=st.booleans())
    def fail(self, data: st.DataObject, fatal: bool) -> None:
        if self.carried:
            message, live = self.carried.pop(data.draw(st.integers(0, len(self.carried) - 1)))
            self.outbox.failed(message, "", None if fatal else self.now)
            there = message.event.number in self.waiting[message.event.dialog_id]
            if live and there and fatal:
                self.waiting[message.event.dialog_id].discard(message.event.number)
                self.dead[message.event.dialog_id].add(message.event.number)

    @rule()
    def time_passes(self) -> None:
        """Leases run out; whoever was so slow may still report."""
        self.now += LEASE
        while self.outbox.claim(self.now, 3, LEASE):
            pass
        self.now += LEASE
        self.carried = [(message, False) for message, _ in self.carried]

    @rule()
    def revive(self) -> None:
        assert self.outbox.revive() == sum(map(len, self.dead.values()))
        for dialog in "abc":
            self.waiting[dialog] |= self.dead[dialog]
            self.dead[dialog] = set()

    @invariant()
    def the_state_is_known(self) -> None:
        state = self.outbox.state()
        assert state.waiting == sum(map(len, self.waiting.values()))
        assert state.dead == sum(map(len, self.dead.values()))

    def teardown(self) -> None:
        """Nothing is stuck: one carrier empties it."""
        self.now += LEASE
        while parcels := self.outbox.claim(self.now, 3, LEASE):
            for message in parcels:
                assert message.event.number == min(self.waiting[message.event.dialog_id])
                self.waiting[message.event.dialog_id].discard(message.event.number)
                self.outbox.delivered(message)
        assert not any(self.waiting.values())
        self.outbox.close()
        rmtree(self.folder)


@pytest.mark.timeout(300)
def test_an_outbox_keeps_its_promises_over_any_steps(tmp_path: Path) -> None:
    Steps.prepared = fresh(tmp_path / "outbox.sqlite")
    run_state_machine_as_test(
        Steps,
        settings=settings(max_examples=40, stateful_step_count=25, suppress_health_check=list(HealthCheck)),
    )
