"""A refund for a double charge, in whole turns: only where the records have one."""

from __future__ import annotations

import pytest

from app.engines.backoffice.office import SqlBackOffice
from app.services.workbench import Workbench
from tests.integration.test_skills_at_work import Chat, bench, office

__all__ = ["bench", "office"]
pytestmark = pytest.mark.anyio

CLAIMS = [
    ("demo_vip", "с нас два раза списали деньги за год! верните лишнее", "Повторного списания среди них нет"),
    ("demo_en", "You billed us twice for the year, refund the extra", "None of them is a second charge"),
]


@pytest.mark.parametrize(("customer", "said", "told"), CLAIMS)
async def test_who_was_charged_once_is_offered_a_person_and_no_refund(
    bench: Workbench, office: SqlBackOffice, customer: str, said: str, told: str
) -> None:
    chat = Chat(bench, customer)
    text = await chat.say(said)
    assert office.payments(customer)[0].number in text
    assert told in text
    assert "refund_payment" not in {use.name for use in await chat.tools()}
    await chat.say("да" if customer == "demo_vip" else "yes")
    assert {use.name for use in await chat.tools()} == {"call_person"}
    assert not any(payment.refunded_rub for payment in office.payments(customer))


@pytest.mark.parametrize(
    ("customer", "said"),
    [
        ("demo_duplicate", "Снято два раза, жду возврата"),
        ("demo_en_duplicate", "charged me double!! give me half back"),
    ],
)
async def test_who_was_charged_twice_is_asked_about_the_second_charge(
    bench: Workbench, office: SqlBackOffice, customer: str, said: str
) -> None:
    [extra] = [payment.number for payment in office.payments(customer) if payment.duplicate_of]
    chat = Chat(bench, customer)
    await chat.say(said)
    put = [use.arguments["payment"] for use in await chat.tools() if use.status == "proposed"]
    assert put == [extra]
