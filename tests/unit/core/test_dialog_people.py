"""A dialog that people take over and hand back: any sequence of steps keeps its promises."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

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

from app.core.dialog import Dialog, HandbackNote
from app.core.exceptions import DialogClosed, NotHeld, TakenOver
from app.core.models import Handoff, Reply, ToolUse
from tests.contract.samples import NOON, at, closing, new_dialog, reply

PEOPLE = st.sampled_from(["anna", "boris"])


def escalating(escalated: bool = True, agent: str = "supervisor") -> Reply:
    answer = reply("Разберусь.", agent)
    answer.turn.escalated = escalated
    answer.turn.hops = [Handoff(from_agent="sales", to=agent, reason="wants a refund", timestamp=NOON)]
    return answer


def held(by: str = "anna") -> Dialog:
    dialog = new_dialog()
    dialog.take_over(by, "asks for a person", NOON)
    return dialog


def test_the_first_escalating_answer_puts_the_dialog_into_the_queue() -> None:
    dialog = new_dialog()
    for seconds, escalated in ((1, False), (2, True), (3, True), (4, False)):
        dialog.answer(dialog.receive("верните", at(seconds)), escalating(escalated), at(seconds), 0.1)
    assert dialog.escalation is not None
    assert (dialog.escalation.since, dialog.escalation.reason) == (at(2), "wants a refund")
    assert dialog.escalation.by == "supervisor"
    assert dialog.escalated


def test_without_a_hop_the_routers_reason_is_the_reason() -> None:
    dialog, answer = new_dialog(), escalating()
    answer.turn.hops, answer.turn.decision.reason = [], "refund"
    dialog.answer(dialog.receive("верните", NOON), answer, NOON, 0.1)
    assert dialog.escalation is not None
    assert dialog.escalation.reason == "refund"


def waiting(number: str, agent: str = "supervisor") -> Reply:
    answer = escalating(agent=agent)
    answer.turn.tools = [
        ToolUse(name="refund_payment", arguments={}, result="", status="approval", number=number)
    ]
    return answer


@pytest.mark.parametrize(
    ("asked", "decided", "wanted"),
    [
        ([waiting("A-1")], ["A-1"], False),
        ([escalating(), waiting("A-1")], ["A-1"], False),
        ([waiting("A-1"), escalating()], ["A-1"], False),
        ([waiting("A-1"), waiting("A-2")], ["A-2"], True),
        ([waiting("A-1"), waiting("A-2")], ["A-2", "A-1"], False),
        ([escalating()], ["A-1"], True),
        ([escalating(), waiting("A-1", "sales")], ["A-1"], True),
        ([waiting("A-1", "sales"), escalating()], ["A-1"], True),
    ],
)
def test_a_decision_settles_its_own_escalation_only(
    asked: list[Reply], decided: list[str], wanted: bool
) -> None:
    dialog = new_dialog()
    for seconds, answer in enumerate(asked):
        dialog.answer(dialog.receive("верните", at(seconds)), answer, at(seconds), 0.1)
    for number in decided:
        dialog.report(reply("Готово."), number, at(9))
    assert dialog.escalated is wanted


def test_lines_are_counted_from_one() -> None:
    dialog = new_dialog()
    dialog.receive("верните", NOON)
    assert dialog.message(1).content == "верните"
    with pytest.raises(IndexError):
        dialog.message(0)


def test_a_takeover_keeps_since_when_the_customer_waits() -> None:
    dialog = new_dialog()
    dialog.answer(dialog.receive("верните", NOON), escalating(), at(1), 0.1)
    assert dialog.take_over("anna", "", at(60))
    assert dialog.escalation is not None
    assert (dialog.escalation.since, dialog.escalation.reason) == (at(1), "wants a refund")


def test_the_same_person_takes_over_once() -> None:
    dialog = held()
    before = dialog.model_copy(deep=True)
    assert not dialog.take_over("anna", "another reason", at(5))
    assert dialog == before


def test_who_holds_a_dialog_is_not_told_to_another() -> None:
    with pytest.raises(TakenOver) as told:
        held().take_over("boris", "", NOON)
    assert "anna" not in str(told.value)


def test_by_force_it_changes_hands() -> None:
    dialog = held()
    assert dialog.take_over("boris", "", at(1), force=True)
    with pytest.raises(NotHeld):
        dialog.say("anna", "я ещё тут", at(2))
    assert dialog.say("boris", "теперь я", at(3)).by == "boris"


def test_a_turn_that_a_crash_cut_is_given_up_by_a_takeover() -> None:
    dialog = new_dialog()
    asked = dialog.receive("ау", NOON)
    dialog.take_over("anna", "", at(1))
    assert [m.state for m in dialog.messages] == ["failed"]
    dialog.resume(asked, at(2))
    assert [m.state for m in dialog.messages] == ["done"]


def test_while_the_bot_serves_a_cut_turn_is_awaited_again() -> None:
    dialog = new_dialog()
    asked = dialog.receive("ау", NOON)
    dialog.give_up_pending(NOON)
    dialog.resume(asked, NOON)
    assert asked.state == "pending"


def test_the_operators_lines_are_an_agents_to_models() -> None:
    dialog = held()
    dialog.say("anna", "Сейчас посмотрю", NOON)
    [line] = dialog.lines(dialog.messages[-1], 5)
    assert (line.role, line.agent) == ("agent", "operator")


class Steps(RuleBasedStateMachine):
    """The model is who holds the dialog (None: the bot) and whether it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.dialog = new_dialog()
        self.holder: str | None = None
        self.closed = False
        self.wanted = False
        self.notes = 0
        self.lines = 0
        self.now = NOON

    def tick(self) -> Any:
        self.now += timedelta(seconds=1)
        return self.now

    def refused(self, expected: type[Exception] | None, step: Any) -> bool:
        if expected is None:
            step()
            return False
        before = self.dialog.model_copy(deep=True)
        with pytest.raises(expected):
            step()
        assert self.dialog == before
        return True

    @rule(who=PEOPLE, force=st.booleans())
    def take_over(self, who: str, force: bool) -> None:
        other = self.holder not in (None, who)
        expected = DialogClosed if self.closed else TakenOver if other and not force else None
        if not self.refused(expected, lambda: self.dialog.take_over(who, "", self.tick(), force)):
            self.holder, self.wanted = who, True

    @rule(who=PEOPLE)
    def say(self, who: str) -> None:
        expected = DialogClosed if self.closed else NotHeld if self.holder != who else None
        if not self.refused(expected, lambda: self.dialog.say(who, "да", self.tick())):
            self.lines += 1

    @rule(who=PEOPLE, agent=st.sampled_from([None, "sales"]))
    def hand_back(self, who: str, agent: str | None) -> None:
        expected = DialogClosed if self.closed else NotHeld if self.holder != who else None
        served = self.dialog.assigned_agent
        note = HandbackNote(by=who, text="готово", at=self.tick())
        if not self.refused(expected, lambda: self.dialog.hand_back(note, agent)):
            self.holder, self.wanted, self.notes = None, False, self.notes + 1
            assert self.dialog.assigned_agent == (agent or served)

    @rule()
    def receive(self) -> None:
        if not self.refused(DialogClosed if self.closed else None, self._receive):
            self.lines += 1
            assert self.dialog.messages[-1].state == ("done" if self.holder else "pending")

    def _receive(self) -> None:
        self.dialog.receive("вопрос", self.tick())

    @precondition(lambda self: self.dialog.pending())
    @rule(escalated=st.booleans())
    def answer(self, escalated: bool) -> None:
        self.dialog.answer(self.dialog.pending()[0], escalating(escalated), self.tick(), 0.1)
        self.lines += 1
        self.wanted = self.wanted or escalated

    @rule()
    def close(self) -> None:
        if not self.closed:
            self.dialog.close(closing(self.tick()))
            self.closed, self.wanted = True, False

    @invariant()
    def the_dialog_is_as_the_model_says(self) -> None:
        dialog = self.dialog
        assert (dialog.operator, dialog.handler) == (self.holder, "person" if self.holder else "bot")
        assert (dialog.status == "closed") == self.closed
        assert (dialog.escalation is not None) == self.wanted
        assert dialog.escalated == (self.wanted and not self.closed)
        assert len(dialog.notes) == self.notes

    @invariant()
    def nothing_is_lost_and_at_most_one_turn_runs_and_none_beside_a_person(self) -> None:
        dialog = self.dialog
        assert [m.seq for m in dialog.messages] == list(range(1, self.lines + 1))
        assert len(dialog.pending()) <= (0 if self.holder or self.closed else 1)

    @invariant()
    def it_reads_back_as_it_was_written(self) -> None:
        assert Dialog.model_validate_json(self.dialog.model_dump_json(by_alias=True)) == self.dialog


def test_any_sequence_of_steps_keeps_the_promises() -> None:
    run_state_machine_as_test(
        Steps,
        settings=settings(max_examples=60, stateful_step_count=30, suppress_health_check=list(HealthCheck)),
    )
