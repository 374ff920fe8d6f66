"""A back office for rehearsals where the real one cannot take back what it did: reads go through."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from app.core.actions import Action, Quote
from app.core.backoffice import (
    Account,
    Approval,
    Effect,
    Incident,
    Item,
    Order,
    Outcome,
    Payment,
    Plan,
    Ticket,
    Visit,
    Worth,
)
from app.core.ports import BackOffice

REFUSED = Outcome(status="refused", reason="rehearsal")


@dataclass(frozen=True)
class ReadOnlyOffice:
    """Every action is refused with the reason `rehearsal`."""

    real: BackOffice

    def account(self, customer_id: str) -> Account | None:
        return self.real.account(customer_id)

    def plans(self) -> list[Plan]:
        return self.real.plans()

    def items(self) -> list[Item]:
        return self.real.items()

    def incidents(self, since: datetime | None = None) -> list[Incident]:
        return self.real.incidents(since)

    def payments(self, customer_id: str) -> list[Payment]:
        return self.real.payments(customer_id)

    def worths(self, customer_ids: Collection[str]) -> dict[str, Worth]:
        return self.real.worths(customer_ids)

    def orders(self, customer_id: str) -> list[Order]:
        return self.real.orders(customer_id)

    def tickets(self, customer_id: str) -> list[Ticket]:
        return self.real.tickets(customer_id)

    def quote(self, customer_id: str, wanted: Quote) -> Outcome:
        return self.real.quote(customer_id, wanted)

    def act(self, _visit: Visit, _action: Action) -> Outcome:
        return REFUSED

    def effects(self, dialog_id: str, seq: int | None = None) -> list[Effect]:
        return self.real.effects(dialog_id, seq)

    def approvals(self, status: str | None = "pending", limit: int | None = None) -> list[Approval]:
        return self.real.approvals(status, limit)

    def approval(self, number: str) -> Approval:
        return self.real.approval(number)

    def decide(self, number: str, _approved: bool, _by: str, _note: str = "") -> Approval:
        """Nothing is decided here."""
        return self.real.approval(number)

    def close(self) -> None:
        """The real one stays open."""
