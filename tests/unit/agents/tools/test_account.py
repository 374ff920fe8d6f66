"""What one reading of the account tells, as a model reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from app.agents.base import Agent, ToolContext
from app.agents.roster import TOOLS
from app.core.actions import BookCallback, ChangeSubscription
from app.core.backoffice import ActionContext
from app.core.ports import KnowledgeBase
from tests.support.back_office import OWNER, Desk, desk_on
from tests.support.company import ROSTER

EVERY_DESK = {
    "account_facts", "find_payments", "find_orders", "find_tickets", "find_calls", "service_status",
}  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_on(tmp_path / "office.sqlite") as desk:
        yield desk


def read(desk: Desk, customer: str, language: str = "ru", tool: str = "account_facts") -> dict[str, Any]:
    context = ToolContext(knowledge=cast(KnowledgeBase, None), office=desk.office, clock=desk.clock)
    origin = ActionContext(dialog_id="d", seq=1, customer_id=customer, language=language)
    used = TOOLS[tool]
    known: dict[str, Any] = json.loads(used.run(context, origin, used.parse({})).text.replace("\u202f", " "))
    return known


def test_plan_next_charge_storage_and_devices_are_told_in_words(desk: Desk) -> None:
    told = read(desk, OWNER)
    assert told["plan"] == "Базовый"
    assert told["paid_until"] == told["next_charge_on"] == "17 апреля 2026 г."
    assert (told["next_charge"], told["debt"]) == ("990\u00a0₽", "0\u00a0₽")
    assert (told["used"], told["storage"]) == ("38 ГБ", "50 ГБ")
    assert (told["devices_used"], told["devices_allowed"]) == (2, 2)
    last = told["last_payment"]
    assert (last["amount"], last["paid"]) == ("990\u00a0₽", "17 марта 2026 г.")
    assert {"open_orders", "open_tickets", "booked_calls"} & told.keys() == set()


def test_a_debt_has_its_sum_and_no_next_charge(desk: Desk) -> None:
    told = read(desk, "demo_past_due")
    assert told["debt"] == "1\u00a0990\u00a0₽"
    assert "next_charge" not in told
    assert told["problems"] == ["past_due"]


def test_a_plan_that_is_not_renewed_has_its_last_day_and_no_next_charge(desk: Desk) -> None:
    told = read(desk, "demo_cancelled")
    assert told["subscription_status"] == "продление отключено"
    assert "paid_until" in told
    assert "next_charge_on" not in told


def test_a_planned_change_is_charged_at_its_own_price(desk: Desk) -> None:
    desk.ask("demo_en", ChangeSubscription(plan="basic"))
    told = read(desk, "demo_en", "en")
    assert (told["plan"], told["next_plan"], told["next_charge"]) == ("Pro", "Basic", "990\u00a0₽")
    assert told["next_charge_on"] == "April 9, 2026"


def test_a_double_charge_and_open_orders_tickets_and_calls_are_named(desk: Desk) -> None:
    assert read(desk, "demo_duplicate")["double_charges"] == [desk.payment("demo_duplicate")]
    waiting = read(desk, "demo_goods")["open_orders"][0]
    assert (waiting["order_status"], waiting["to_pay"]) == ("ждёт оплаты", "5\u00a0330\u00a0₽")
    vip = read(desk, "demo_vip")
    assert [t["subject"] for t in vip["open_tickets"]] == ["Нужны закрывающие документы за квартал"]
    [call] = vip["booked_calls"]
    assert (call["at"], call["time_zone"]) == ("19 марта 2026 г., 15:00", "Москва")
    assert call["phone_ends"] == "0111"


def test_outages_are_those_that_the_subscriber_has_met(desk: Desk) -> None:
    assert [o["service"] for o in read(desk, OWNER)["outages"]] == ["calls", "sync", "notifications"]
    assert [o["service"] for o in read(desk, "demo_trial")["outages"]] == ["calls", "sync"]
    assert "outages" not in read(desk, "demo_goods")


def test_a_stranger_has_no_account(desk: Desk) -> None:
    assert read(desk, "nobody") == {"status": "refused", "reason": "unknown_customer"}


def test_calls_are_read_with_their_state(desk: Desk) -> None:
    desk.ask(OWNER, BookCallback())
    desk.clock.turn(days=1)
    desk.ask(OWNER, BookCallback())
    rows = read(desk, OWNER, tool="find_calls")["calls"]
    assert [row["call_status"] for row in rows] == ["назначен", "время прошло"]


@pytest.mark.parametrize("agent", ROSTER, ids=lambda agent: agent.name)
def test_every_desk_reads_all_records_of_the_customer(agent: Agent) -> None:
    assert {tool.name for tool in agent.tools} >= EVERY_DESK
