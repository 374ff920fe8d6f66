"""What the queue and the summary ask of the customers' records."""

from __future__ import annotations

from typing import Literal

import pytest

from app.core.backoffice import Order
from app.core.models import ToolUse
from app.services.operators.records import QueueRecords
from tests.contract.samples import NOON, new_dialog, reply
from tests.support.office import Office

pytestmark = pytest.mark.anyio
Paid = Literal["awaiting_payment", "paid"]


def order(number: str, status: Paid = "awaiting_payment") -> Order:
    return Order(number=number, at=NOON, item="hub", title="Hub", quantity=1, total_rub=1, status=status)


async def test_which_orders_are_unpaid_is_read_from_the_records() -> None:
    dialog, answer, office = new_dialog("c"), reply("Оформил.", "sales"), Office()
    answer.turn.tools = [
        ToolUse(name="create_order", arguments={}, result="{}", status="done", number=f"O-{n}")
        for n in (5, 6)
    ]
    assert await QueueRecords(office.port).unpaid(dialog) == frozenset()
    dialog.answer(dialog.receive("оформите хаб", NOON), answer, NOON, 0.1)
    office.placed["c"] = [order("O-5", "paid"), order("O-6"), order("O-7")]
    assert await QueueRecords(office.port).unpaid(dialog) == {"O-6"}
    office.down = True
    assert await QueueRecords(office.port).unpaid(dialog) == frozenset()
