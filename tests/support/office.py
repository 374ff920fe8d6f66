"""A back office in memory: only what people ask of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import cast

from app.core.backoffice import (
    Account,
    ActionApproval,
    ActionContext,
    Customer,
    Effect,
    Order,
    Outcome,
    Payment,
    Subscription,
    Worth,
)
from app.core.exceptions import ApprovalDecided, ApprovalNotFound, BackOfficeUnavailable
from app.core.ports import BackOffice

NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)


@dataclass
class Office:
    """`down` makes every question fail."""

    accounts: dict[str, Account] = field(default_factory=dict)
    paid: dict[str, list[Payment]] = field(default_factory=dict)
    placed: dict[str, list[Order]] = field(default_factory=dict)
    waiting: dict[str, ActionApproval] = field(default_factory=dict)
    carried_out: list[str] = field(default_factory=list)
    down: bool = False

    @property
    def port(self) -> BackOffice:
        return cast(BackOffice, self)

    def account(self, customer_id: str) -> Account | None:
        self._up()
        return self.accounts.get(customer_id)

    def payments(self, customer_id: str) -> list[Payment]:
        self._up()
        return self.paid.get(customer_id, [])

    def orders(self, customer_id: str) -> list[Order]:
        self._up()
        return self.placed.get(customer_id, [])

    def worths(self, customer_ids: Collection[str]) -> dict[str, Worth]:
        self._up()
        return {name: self._worth(name) for name in customer_ids if name in self.accounts}

    def _worth(self, customer_id: str) -> Worth:
        what = self.accounts[customer_id].subscription
        paid = sum(p.amount_rub - p.refunded_rub for p in self.paid[customer_id])
        return Worth(paid_rub=paid, plan=what.plan if what else None)

    def approvals(self, status: str | None = "pending", limit: int | None = None) -> list[ActionApproval]:
        self._up()
        return [a for a in self.waiting.values() if status in (None, a.status)][:limit]

    def approval(self, number: str) -> ActionApproval:
        self._up()
        if number not in self.waiting:
            raise ApprovalNotFound(number)
        return self.waiting[number]

    def decide(self, number: str, approved: bool, by: str, note: str = "") -> ActionApproval:
        found, word = self.approval(number), "approved" if approved else "rejected"
        if found.status not in ("pending", word):
            raise ApprovalDecided(number, found.status)
        if found.status == "pending":
            found.status = "approved" if approved else "rejected"
            found.decided_by, found.decided_at, found.note = by, NOON, note
            found.outcome = Outcome(status="done", number="R-1") if approved else None
            self.carried_out += [number] if approved else []
        return found

    def effects(self, dialog_id: str, seq: int | None = None) -> list[Effect]:
        """Nothing was done here by agents."""
        self._up()
        return []

    def knows(self, customer_id: str, plan: str, paid_rub: int, refunded_rub: int = 0) -> None:
        who = Customer(
            customer_id=customer_id,
            name="Анна Петрова",
            email="a@b.example",
            phone="+7",
            since=date(2024, 1, 5),
        )
        what = Subscription(
            plan=plan, period="month", status="active", price_rub=1990, started=NOON, renews=NOON, used_gb=1,
            storage_gb=500,
        )  # fmt: skip
        payment = Payment(
            number="P-1001", at=NOON, amount_rub=paid_rub, purpose="plan", refunded_rub=refunded_rub
        )
        self.accounts[customer_id] = Account(customer=who, subscription=what)
        self.paid[customer_id] = [payment]

    def asks(self, number: str, dialog_id: str, customer_id: str = "c", at: datetime = NOON) -> None:
        self.waiting[number] = ActionApproval(
            number=number,
            origin=ActionContext(dialog_id=dialog_id, seq=1, customer_id=customer_id),
            tool="refund_payment",
            arguments={"payment": "P-1001", "amount_rub": 9000},
            reason="above_limit",
            amount_rub=9000,
            requested_at=at,
        )

    def _up(self) -> None:
        if self.down:
            raise BackOfficeUnavailable
