""" "Cancel it" right after a deed, in the words in which people say it."""

from __future__ import annotations

import pytest

from app.core.models import OpenMatter
from app.engines.offline.calling_off import says_only_cancel
from app.engines.offline.wishes import OFFER
from tests.support.scenes import SALES, TECH, call, deed, say

BARE = [
    "cancel it",
    "hmm, actually cancel it",
    "No wait, cancel that please!",
    "changed my mind, cancel the order",
    "can you cancel it?",
    "placed by mistake, cancel it",
    "отмени",
    "ой, отмените",
    "Передумал, отмените его",
    "нет, отмените заказ, пожалуйста",
    "хотя нет, отмените",
    "не надо, отмени пожалуйста",
]
OTHER = [
    "cancel my subscription",
    "do you cancel it?",
    "don't cancel it",
    "cancel the call",
    "can I cancel it later?",
    "no",
    "отмените подписку",
    "не отменяйте",
    "можно отменить?",
    "отмените звонок",
    "передумал",
]
ORDERED = deed("create_order", "O-1006", total="990 ₽")
PAY_LINK = OpenMatter(act="order", asked=OFFER, offered="pay_link")


@pytest.mark.parametrize("line", BARE)
def test_a_line_that_says_only_cancel_means_the_order_just_placed(line: str) -> None:
    before = ("order it", "Order O-1006 is placed. Shall I send you the payment link?")
    made = call(line, "ask_sure", 0.25, agent=SALES, before=before, deeds=(ORDERED,), matter=PAY_LINK)
    assert (made.tool, made.arguments) == ("cancel_order", {"order": "O-1006"})


@pytest.mark.parametrize("line", OTHER)
def test_a_line_that_names_something_else_or_asks_is_read_as_ever(line: str) -> None:
    assert not says_only_cancel(line)


def test_an_order_that_is_named_is_not_the_call_that_was_booked_last() -> None:
    booked = (deed("create_order", "O-1006"), deed("book_callback", "K-1"))
    made = call("cancel the order", "cancel_order", agent=SALES, before=("call me", "Booked."), deeds=booked)
    assert made.tool in ("find_orders", "cancel_order")
    assert made.arguments.get("booking") is None


def test_where_nothing_was_done_it_means_nothing_done() -> None:
    said = say("cancel it", "undo", agent=TECH, before=("it hangs", "Restart it."))
    assert "O-" not in said.text
