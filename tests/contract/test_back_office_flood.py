"""The exam of every back office: one customer cannot fill the list of what waits for a person."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.core.actions import CreateOrder, GrantCredit
from app.core.backoffice import ActionContext
from app.engines.backoffice.outcomes import refused
from tests.support.back_office import OWNER, STRANGER, Desk, consent_to, short
from tests.support.company import COMPANY

pytestmark = pytest.mark.xdist_group("postgres")
MOST = COMPANY.policy.requests_waiting


def credit(amount: int) -> GrantCredit:
    return GrantCredit(amount_rub=amount, reason="за ожидание")


def waiting(desk: Desk, customer: str) -> list[str]:
    return [a.number for a in desk.office.approvals() if a.origin.customer_id == customer]


def test_other_sums_are_no_further_requests_once_enough_wait(desk: Desk) -> None:
    told = [desk.ask(OWNER, credit(amount)) for amount in range(1, 21)]
    numbers = [outcome.number for outcome in told[:MOST]]
    assert [short(outcome) for outcome in told[:MOST]] == [("approval", "no_grounds")] * MOST
    assert told[MOST:] == [refused("requests_waiting", numbers[-1], most=MOST)] * (20 - MOST)
    assert sorted(waiting(desk, OWNER)) == sorted(numbers)


def test_the_same_request_again_is_the_one_that_waits(desk: Desk) -> None:
    told = [desk.ask(OWNER, credit(amount)) for amount in range(1, MOST + 1)]
    assert desk.ask(OWNER, credit(1)).number == told[0].number
    assert desk.ask(OWNER, credit(1)).status == "approval"


def test_another_kind_and_another_customer_are_not_in_the_way(desk: Desk) -> None:
    for amount in range(1, MOST + 2):
        desk.ask(OWNER, credit(amount))
    assert desk.ask(STRANGER, credit(1)).status == "approval"
    assert desk.ask(OWNER, dear(50)).status == "approval"


def test_a_decision_makes_room_for_one_more(desk: Desk) -> None:
    for amount in range(1, MOST + 1):
        desk.ask(OWNER, credit(amount))
    desk.office.decide(waiting(desk, OWNER)[0], False, "olga")
    assert desk.ask(OWNER, credit(100)).status == "approval"
    assert short(desk.ask(OWNER, credit(101))) == ("refused", "requests_waiting")


def test_nobody_is_asked_to_confirm_what_may_not_wait(desk: Desk) -> None:
    for pieces in range(50, 50 + MOST):
        assert desk.ask(OWNER, dear(pieces)).status == "approval"
    origin = ActionContext(dialog_id="d-new", seq=1, customer_id=OWNER)
    assert short(desk.office.propose(origin, dear(90))) == ("refused", "requests_waiting")


def test_requests_at_once_from_many_dialogs_are_counted_too(desk: Desk) -> None:
    visits = [ActionContext(dialog_id=f"d-{n}", seq=1, customer_id=OWNER) for n in range(12)]

    def ask(origin: ActionContext) -> str:
        wanted = credit(1 + int(origin.dialog_id[2:]))
        return desk.office.act(origin, wanted, consent_to(origin, wanted)).status

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(ask, visits))
    assert sorted(told) == ["approval"] * MOST + ["refused"] * (12 - MOST)
    assert len(waiting(desk, OWNER)) == MOST


def dear(pieces: int) -> CreateOrder:
    return CreateOrder(item="hub", delivery="courier", quantity=pieces)
