"""Whoever says that money was taken twice is never offered a payment that was taken once."""

from __future__ import annotations

from typing import Any

import pytest

from app.core import yaml
from app.engines.offline.double_charges import claims
from app.engines.offline.lexicon import skillbook
from tests.support.paths import ROOT
from tests.support.scenes import BOSS, Result, call, say

LINES = yaml.load(ROOT / "tests/support/double_charges.yaml")
TOLD = [line for kind in ("seen", "new") for lines in LINES[kind].values() for line in lines]
FIRST = {
    "number": "P-1001",
    "amount": "990 ₽",
    "refunded": "0 ₽",
    "paid": "November 20, 2026",
    "purpose": "Pro",
}
SECOND = {**FIRST, "number": "P-1002", "duplicate_of": "P-1001"}
NONE = skillbook("en").skills["refund"].say["no_second"][0]


def found(*rows: dict[str, Any]) -> tuple[Result]:
    return (("find_payments", {"status": "found", "payments": list(rows), "more": 0}),)


@pytest.mark.parametrize("line", TOLD)
def test_a_double_charge_is_told_in_many_words(line: str) -> None:
    assert claims(line)


@pytest.mark.parametrize("line", [line for lines in LINES["others"].values() for line in lines])
def test_what_the_customer_did_twice_is_no_charge(line: str) -> None:
    assert not claims(line)


@pytest.mark.parametrize("act", ["refund", "ask_payments", "ask_refund_status"])
def test_without_a_second_charge_the_payments_are_shown_and_a_person_is_offered(act: str) -> None:
    told = say("charged twice, refund the extra", act, agent=BOSS, results=found(FIRST))
    assert FIRST["number"] in told.text
    assert told.text.endswith(NONE)
    assert told.matter is not None
    assert (told.matter.asked, told.matter.offered) == ("offer", "person")


@pytest.mark.parametrize("said", ["charged twice, refund it", "I was charged twice, refund P-1001"])
def test_of_two_charges_the_second_is_put_and_never_the_first(said: str) -> None:
    assert call(said, "refund", agent=BOSS, results=found(FIRST, SECOND)).arguments == {"payment": "P-1002"}


def test_who_holds_on_is_told_the_same_until_a_payment_is_named() -> None:
    before = ("charged twice", NONE)
    told = say("just give it back", "refund", agent=BOSS, before=before, results=found(FIRST))
    assert told.text.endswith(NONE)
    named = call(
        "refund P-1001 then, I am leaving", "refund", agent=BOSS, before=before, results=found(FIRST)
    )
    assert named.arguments == {"payment": "P-1001"}


def test_the_day_or_sum_that_is_named_does_not_hide_the_second_charge() -> None:
    said = "on November 20 you charged me 990 roubles twice, refund"
    assert call(said, "refund", agent=BOSS).arguments == {}
