"""Random customers' days against a small model of its own: money, ownership, once-ness, limits."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.core.actions import Action, GrantCredit, OpenTicket, RefundPayment
from app.core.backoffice import Outcome
from app.core.exceptions import ApprovalDecided
from tests.support.back_office import Desk, desk_on
from tests.support.company import COMPANY

CUSTOMERS = (
    "customer_123",
    "demo_en",
    "demo_student",
    "demo_annual",
    "demo_duplicate",
    "demo_vip",
    "demo_goods",
)
EXAMPLES = 300 if "TORTURE" in os.environ else 12
POLICY = COMPANY.policy.model_copy(update={"refund_limit_rub": 2000, "credit_limit_rub": 300})
_template: list[Path] = []


def template() -> Path:
    if not _template:
        folder = tempfile.mkdtemp()
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        file = Path(folder) / "office.sqlite"
        with desk_on(file) as desk:
            desk.office.incidents()
        _template.append(file)
    return _template[0]


class Days(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.open = ExitStack()
        self.desk: Desk = self.open.enter_context(desk_on(shutil.copy(template(), self.folder), POLICY))
        office = self.desk.office
        self.left = {p.number: p.amount_rub for c in CUSTOMERS for p in office.payments(c)}
        self.owner = {p.number: c for c in CUSTOMERS for p in office.payments(c)}
        self.double = {p.number for c in CUSTOMERS for p in office.payments(c) if p.duplicate_of}
        self.given: dict[str, int] = dict.fromkeys(CUSTOMERS, 0)
        self.kept: dict[tuple[str, int, str, str], Outcome] = {}
        self.waiting: dict[str, tuple[str, int]] = {}
        self.words: dict[str, bool] = {}
        self.tickets = {c: len(office.tickets(c)) for c in CUSTOMERS}

    def ask(self, customer: str, seq: int, action: Action) -> Outcome | None:
        """None where it is a repeat, whose outcome is the kept one."""
        about = action.payment if isinstance(action, RefundPayment) else ""
        key = (customer, seq, type(action).__name__, about)
        outcome = self.desk.ask(customer, action, seq)
        if key in self.kept:
            facts = {name: fact for name, fact in outcome.facts.items() if name != "already_done"}
            assert outcome.model_copy(update={"facts": facts}) == self.kept[key]
            return None
        if outcome.status != "refused":
            self.kept[key] = outcome
        return outcome

    @rule(
        customer=st.sampled_from(CUSTOMERS), seq=st.integers(0, 9), pick=st.integers(0, 99),
        mine=st.integers(0, 3), asked=st.none() | st.integers(1, 3000),
    )  # fmt: skip
    def refund(self, customer: str, seq: int, pick: int, mine: int, asked: int | None) -> None:
        own = [number for number, owner in self.owner.items() if owner == customer]
        numbers = own if mine else list(self.left)
        number = numbers[pick % len(numbers)]
        outcome = self.ask(customer, seq, RefundPayment(payment=number, amount_rub=asked))
        if outcome is None:
            return
        if self.owner[number] != customer:
            assert (outcome.status, outcome.reason, outcome.facts) == ("refused", "not_found", {})
        elif not self.left[number]:
            assert (outcome.status, outcome.reason) == ("refused", "already_refunded")
        elif asked is not None and asked > self.left[number]:
            assert (outcome.status, outcome.reason) == ("refused", "more_than_paid")
        elif outcome.status == "approval":
            self._wait(outcome, number)
        elif outcome.status == "done":
            self._returned(number, outcome, asked)

    def _wait(self, outcome: Outcome, number: str) -> None:
        amount = outcome.facts["amount_rub"]
        assert isinstance(amount, int)
        pending = [n for n, (p, _) in self.waiting.items() if p == number and n not in self.words]
        assert pending in ([], [outcome.number])
        self.waiting.setdefault(outcome.number, (number, amount))

    def _returned(self, number: str, outcome: Outcome, asked: int | None) -> None:
        amount = outcome.facts["amount_rub"]
        assert isinstance(amount, int)
        if number in self.double:
            assert amount == self.left[number]
        else:
            assert amount <= POLICY.refund_limit_rub
            assert asked in (None, amount)
        self.left[number] -= amount

    @rule(customer=st.sampled_from(CUSTOMERS), seq=st.integers(0, 9), amount=st.integers(1, 600))
    def credit(self, customer: str, seq: int, amount: int) -> None:
        outcome = self.ask(customer, seq, GrantCredit(amount_rub=amount, reason="жест"))
        if outcome is None:
            return
        within = amount <= POLICY.credit_limit_rub and self.given[customer] < POLICY.credits_per_year
        now, days = self.desk.clock.now, POLICY.credit_grounds_days
        ages = [now - ticket.at for ticket in self.desk.office.tickets(customer)]
        free = within and any(timedelta(days=1) <= age <= timedelta(days=days) for age in ages)
        waiting = [
            approval
            for approval in self.desk.office.approvals()
            if (approval.origin.customer_id, approval.tool) == (customer, "grant_credit")
        ]
        assert len(waiting) <= POLICY.requests_waiting
        full = outcome.reason == "requests_waiting"
        assert not full or len(waiting) == POLICY.requests_waiting
        assert full or outcome.status == ("done" if free else "approval")
        if free:
            self.given[customer] += 1

    @rule(customer=st.sampled_from(CUSTOMERS), seq=st.integers(0, 9))
    def ticket(self, customer: str, seq: int) -> None:
        outcome = self.ask(customer, seq, OpenTicket(subject="Вопрос"))
        if outcome and outcome.reason != "just_done":
            self.tickets[customer] += 1

    @precondition(lambda self: self.waiting)
    @rule(pick=st.integers(0, 99), yes=st.booleans())
    def decide(self, pick: int, yes: bool) -> None:
        approval = list(self.waiting)[pick % len(self.waiting)]
        payment, amount = self.waiting[approval]
        if self.words.get(approval, yes) != yes:
            try:
                self.desk.office.decide(approval, yes, "olga")
            except ApprovalDecided:
                return
            raise AssertionError("the other word was taken")
        outcome = self.desk.office.decide(approval, yes, "olga").outcome
        assert outcome is not None
        if approval in self.words:
            return
        self.words[approval] = yes
        if yes and amount <= self.left[payment]:
            assert outcome.facts["amount_rub"] == amount
            self.left[payment] -= amount
        else:
            assert outcome.status == "refused"

    @rule(days=st.integers(1, 20))
    def time_goes_by(self, days: int) -> None:
        """Never a year: the model's count of credits knows no end of it."""
        if (self.desk.clock.now - self.desk.office.payments("demo_vip")[0].at).days < 300:
            self.desk.clock.turn(days=days)

    @invariant()
    def the_books_agree(self) -> None:
        for customer in CUSTOMERS:
            for payment in self.desk.office.payments(customer):
                assert payment.amount_rub - payment.refunded_rub == self.left[payment.number] >= 0
            assert len(self.desk.office.tickets(customer)) == self.tickets[customer]

    def teardown(self) -> None:
        self.open.close()
        shutil.rmtree(self.folder)


Days.TestCase.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=20, suppress_health_check=[HealthCheck.too_slow]
)
TestDays = Days.TestCase
