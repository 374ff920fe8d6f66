"""What is told of a dialog: each thing once, in order, and none of the customer's words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, cast

import pytest

from app.core.actions import ACTIONS, tool_name
from app.core.backoffice import Effect, Outcome, Ticket, Value
from app.core.dialog import Dialog, HandbackNote, Rating
from app.core.events import EventKind
from app.core.exceptions import BackOfficeUnavailable
from app.core.models import Decision, Handoff, Reply, Turn
from app.core.ports import BackOffice
from app.services.dialogs.effects import EffectEvents
from tests.contract.samples import NOON, at, closing, new_dialog

pytestmark = pytest.mark.anyio
SECRET = "мой пароль 12345"


def reply(agent: str = "sales", hops: tuple[str, ...] = (), escalated: bool = False) -> Reply:
    moved = [Handoff(from_agent="tech_support", to=to, reason="оплата", timestamp=NOON) for to in hops]
    decision = Decision(agent="tech_support" if hops else agent, confidence=0.91239, source="lexical")
    turn = Turn(decision=decision, agent=agent, model="m", hops=moved, escalated=escalated, language="en")
    return Reply(text="ответ", turn=turn)


def say(dialog: Dialog, told: Reply, seconds: float = 1) -> None:
    dialog.answer(dialog.receive(SECRET, at(seconds)), told, at(seconds), 0.1)


def kinds(dialog: Dialog) -> list[EventKind]:
    return [event.kind for event in dialog.events]


def test_an_answered_turn_tells_its_route_and_every_hop() -> None:
    dialog = new_dialog()
    say(dialog, reply("sales", hops=("sales",)))
    routed, handed = dialog.events
    assert (routed.kind, routed.number, routed.id) == ("dialog.routed", 1, f"{dialog.dialog_id}:1")
    assert routed.data == {
        "agent": "tech_support", "confidence": 0.912, "source": "lexical", "language": "en",
    }  # fmt: skip
    assert handed.kind == "dialog.handed_over"
    assert handed.data == {
        "agent": "sales", "from_agent": "tech_support", "to_agent": "sales", "reason": "оплата",
        "language": "en",
    }  # fmt: skip
    assert (handed.customer_id, handed.at) == (dialog.customer_id, at(1))


def test_an_escalation_is_told_when_it_begins_and_again_after_it_was_over() -> None:
    dialog = new_dialog()
    for second in (1, 2):
        say(dialog, reply("supervisor", escalated=True), second)
    assert kinds(dialog).count("dialog.escalated") == 1
    dialog.take_over("anna", "", at(3))
    assert kinds(dialog).count("dialog.escalated") == 1
    dialog.hand_back(HandbackNote(by="anna", text=SECRET, at=at(4)))
    say(dialog, reply("supervisor", escalated=True), 5)
    assert kinds(dialog).count("dialog.escalated") == 2


def test_a_person_who_takes_over_a_calm_dialog_escalates_it() -> None:
    dialog = new_dialog()
    dialog.take_over("anna", "клиент просил", at(1))
    escalated, taken = dialog.events
    assert (escalated.kind, escalated.data["reason"]) == ("dialog.escalated", "клиент просил")
    assert (taken.kind, taken.data["by"], taken.at) == ("dialog.taken_over", "anna", at(1))


def test_close_and_rating_are_told() -> None:
    dialog = new_dialog()
    say(dialog, reply())
    dialog.close(closing(at(5)))
    dialog.rate(Rating(score=2, comment=SECRET, at=at(6)))
    _, closed, rated = dialog.events
    assert (closed.kind, closed.data["reason"], closed.data["messages"]) == ("dialog.closed", "resolved", 2)
    assert (rated.kind, rated.data["score"], rated.data["agent"]) == ("dialog.rated", 2, "sales")
    assert SECRET not in "".join(event.model_dump_json() for event in dialog.events)


def test_neither_the_summary_nor_an_address_in_a_reason_leaves_the_house() -> None:
    dialog = new_dialog()
    say(dialog, reply("sales", hops=("sales",)))
    dialog.take_over(
        "anna", "перезвонить: +7 (999) 123-45-67, ivan@example.org, карта 4276 1234 5678 9012", at(2)
    )
    end = closing(at(5))
    quoting = end.summary.model_copy(update={"resolution": f"Вопрос: «{SECRET}»"})
    dialog.close(end.model_copy(update={"summary": quoting}))
    told = "".join(event.model_dump_json() for event in dialog.events)
    assert [word for word in (SECRET, "Вопрос", "123-45", "example", "9012") if word in told] == []
    assert "перезвонить" in told


def test_a_document_from_before_events_loads_and_goes_on() -> None:
    dialog = new_dialog()
    say(dialog, reply())
    old = dialog.model_dump(mode="json", exclude={"events", "told_effects"})
    loaded = Dialog.model_validate(old)
    say(loaded, reply(), 2)
    assert [event.number for event in loaded.events] == [1]


def test_every_consequential_tool_but_the_payment_link_is_told() -> None:
    assert {tool_name(action) for action in ACTIONS if not action.event} == {"create_payment_link"}


@dataclass
class Office:
    lines: list[Effect] = field(default_factory=list)
    subjects: dict[str, str] = field(default_factory=dict)
    down: bool = False

    @property
    def port(self) -> BackOffice:
        return cast(BackOffice, self)

    def effects(self, dialog_id: str, seq: int | None = None) -> list[Effect]:
        if self.down:
            raise BackOfficeUnavailable
        return [line for line in self.lines if line.dialog_id == dialog_id and seq in (None, line.seq)]

    def tickets(self, _customer_id: str) -> list[Ticket]:
        return list(self._tickets())

    def _tickets(self) -> Iterator[Ticket]:
        for number, subject in self.subjects.items():
            yield Ticket(
                number=number, kind="problem", at=NOON, subject=subject, details=SECRET, severity="normal",
                status="open",
            )  # fmt: skip


def effect(
    dialog: Dialog,
    tool: str,
    status: Literal["done", "approval", "refused"] = "done",
    number: str = "",
    by: str | None = None,
    **facts: Value,
) -> Effect:
    return Effect(
        dialog_id=dialog.dialog_id, seq=1, tool=tool, at=at(3), customer_id=dialog.customer_id, arguments={},
        outcome=Outcome(status=status, number=number, facts=facts), decided_by=by,
    )  # fmt: skip


async def test_an_effect_is_told_once_with_its_figures() -> None:
    dialog = new_dialog()
    office = Office([effect(dialog, "refund_payment", number="R-1001", amount_rub=1990, days_max=10)])
    for _ in range(2):
        await EffectEvents(office.port).catch_up(dialog)
    [event] = dialog.events
    assert (event.kind, event.at, event.data) == (
        "refund.made", at(3), {"number": "R-1001", "amount_rub": 1990},
    )  # fmt: skip


async def test_a_refund_that_waits_is_told_and_told_again_when_a_person_has_said_yes() -> None:
    dialog = new_dialog()
    office = Office([effect(dialog, "refund_payment", "approval", "A-1001", amount_rub=9000)])
    await EffectEvents(office.port).catch_up(dialog)
    office.lines.append(effect(dialog, "refund_payment", number="R-1001", by="anna", amount_rub=9000))
    await EffectEvents(office.port).catch_up(dialog)
    assert kinds(dialog) == ["refund.requested", "refund.made"]
    assert dialog.events[1].data["approved"] is True


async def test_a_ticket_carries_its_subject_and_times_are_texts() -> None:
    dialog = new_dialog()
    due = datetime.fromisoformat("2026-03-20T12:00:00+00:00")
    office = Office(
        [
            effect(dialog, "open_complaint", number="C-1001", due=due),
            effect(dialog, "open_ticket", number="T-1"),
        ],
        {"C-1001": "Курьер опоздал", "T-1": "Не открывается"},
    )
    await EffectEvents(office.port).catch_up(dialog)
    assert [event.data for event in dialog.events] == [
        {"number": "C-1001", "subject": "Курьер опоздал", "due": due.isoformat()},
        {"number": "T-1", "subject": "Не открывается"},
    ]


async def test_refusals_and_links_are_nobody_elses_business() -> None:
    dialog = new_dialog()
    lines = [effect(dialog, "refund_payment", "refused"), effect(dialog, "create_payment_link", number="O-1")]
    await EffectEvents(Office(lines).port).catch_up(dialog)
    assert dialog.events == []


async def test_two_orders_of_one_turn_are_told_each_and_a_refusal_that_was_corrected_is_told_as_done() -> (
    None
):
    dialog = new_dialog()
    hub, key = (
        effect(dialog, "create_order", number=n).model_copy(update={"about": n}) for n in ("O-1", "O-2")
    )
    office = Office([hub, key.model_copy(update={"outcome": Outcome(status="refused", reason="not_found")})])
    await EffectEvents(office.port).catch_up(dialog)
    office.lines[1] = key
    await EffectEvents(office.port).catch_up(dialog)
    assert [event.data["number"] for event in dialog.events] == ["O-1", "O-2"]


async def test_where_the_records_cannot_be_read_the_dialog_goes_on_and_catches_up_later() -> None:
    dialog = new_dialog()
    office = Office([effect(dialog, "create_order", number="O-1001")], down=True)
    await EffectEvents(office.port).catch_up(dialog)
    assert dialog.events == []
    office.down = False
    await EffectEvents(office.port).catch_up(dialog)
    assert kinds(dialog) == ["order.created"]
