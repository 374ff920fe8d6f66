"""Whole turns: the embedded model, the orchestrator and a back office with demo data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.bootstrap import build
from app.core.config import Settings
from app.core.models import ToolUse
from app.engines.backoffice.office import SqlBackOffice
from app.services.workbench import Workbench

pytestmark = pytest.mark.anyio


@dataclass
class Chat:
    """One customer in one dialog."""

    bench: Workbench
    customer: str
    dialog_id: str = ""

    async def say(self, text: str) -> str:
        if self.dialog_id:
            await self.bench.dialogs.send(self.dialog_id, text)
        else:
            sent = await self.bench.dialogs.create(self.customer, text)
            self.dialog_id = str(sent.body["dialog_id"])
        return (await self.bench.dialogs.view(self.dialog_id)).messages[-1].content

    async def tools(self) -> list[ToolUse]:
        path = (await self.bench.dialogs.view(self.dialog_id)).messages[-1].path
        assert path is not None
        return path.tools


@pytest.fixture
def office(tmp_path: Path) -> SqlBackOffice:
    return SqlBackOffice(tmp_path / "office.db", demo=True)


@pytest.fixture
async def bench(tmp_path: Path, office: SqlBackOffice) -> AsyncIterator[Workbench]:
    made = build(
        Settings(_env_file=None, dialogs_storage_path=tmp_path / "dialogs", log_level="ERROR"), office=office
    )
    await made.start()
    try:
        yield made
    finally:
        await made.stop()
        office.close()


@pytest.mark.parametrize(("customer", "said"), [("demo_goods", "Оформите Профи на год"),
                                                ("demo_goods", "Order Pro for a year")])  # fmt: skip
async def test_an_order_stands_in_the_records_and_its_number_in_the_answer(
    bench: Workbench, office: SqlBackOffice, customer: str, said: str
) -> None:
    chat = Chat(bench, customer)
    await chat.say(said)
    text = await chat.say("yes" if said.isascii() else "да")
    order = office.orders(customer)[0]
    assert (order.item, order.period, order.total_rub) == ("pro", "year", 19_104)
    assert order.number in text


@pytest.mark.parametrize(
    ("customer", "said"),
    [
        ("customer_123", "верните деньги за вчерашний платёж 990 ₽"),
        ("customer_123", "refund yesterday's payment of 990 ₽"),
    ],
)
async def test_a_payment_is_refunded_once_however_often_it_is_asked_for(
    bench: Workbench, office: SqlBackOffice, customer: str, said: str
) -> None:
    chat = Chat(bench, customer)
    await chat.say(said)
    first = await chat.say("yes" if "yesterday" in said else "да")
    second = await chat.say(said)
    [returned] = [p for p in office.payments(customer) if p.refunded_rub]
    assert returned.refunded_rub == returned.amount_rub == 990
    assert returned.number in first
    assert "R-" in first
    assert ("уже возвращён" if "ё" in second or "уже" in second else "already been refunded") in second
    assert [use.status for use in await chat.tools()][-1] == "refused"


@pytest.mark.parametrize(("ask", "yes"), [("отмените подписку", "да"), ("cancel my subscription", "yes")])
async def test_a_subscription_is_cancelled_only_after_a_yes(
    bench: Workbench, office: SqlBackOffice, ask: str, yes: str
) -> None:
    chat = Chat(bench, "demo_en")
    await chat.say(ask)
    account = office.account("demo_en")
    assert account is not None
    assert account.subscription is not None
    assert account.subscription.status == "active"
    await chat.say(yes)
    account = office.account("demo_en")
    assert account is not None
    assert account.subscription is not None
    assert account.subscription.status == "cancelled"


async def test_a_refund_above_the_limit_waits_for_a_person(bench: Workbench, office: SqlBackOffice) -> None:
    chat = Chat(bench, "demo_vip")
    await chat.say("верните деньги за последний платёж")
    assert office.approvals() == []
    await chat.say("да")
    [waiting] = office.approvals()
    assert waiting.number in (await bench.dialogs.view(chat.dialog_id)).messages[-1].content
    assert not any(p.refunded_rub for p in office.payments("demo_vip"))


async def test_steps_that_run_out_end_in_a_ticket(bench: Workbench, office: SqlBackOffice) -> None:
    chat = Chat(bench, "demo_annual")
    text = await chat.say("не синхронизируются файлы на ноутбуке")
    for _ in range(4):
        if "Завести заявку" in text:
            break
        text = await chat.say("не помогло")
    text = await chat.say("да")
    ticket = office.tickets("demo_annual")[0]
    assert ticket.number in text
    assert ticket.subject == "не синхронизируются файлы на ноутбуке"


async def test_nothing_is_done_for_somebody_unknown(bench: Workbench, office: SqlBackOffice) -> None:
    text = await Chat(bench, "nobody").say("Оформите Профи на год")
    assert "не связан с аккаунтом" in text
    assert office.orders("nobody") == []
