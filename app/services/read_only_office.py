"""A back office that only reads: for replays over records that cannot be rehearsed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from app.core.actions import Action, Quote
from app.core.backoffice import (
    Account,
    ActionApproval,
    ActionContext,
    BookedCall,
    Effect,
    Incident,
    Order,
    Outcome,
    Payment,
    Ticket,
    Worth,
)
from app.core.catalogue import Item, Plan
from app.core.ports import BackOffice
from app.core.proposals import Consent

REFUSED = Outcome(status="refused", reason="rehearsal")


@dataclass(frozen=True)
class ReadOnlyOffice:
    """Reads go through to `real`; every action is refused with the reason `rehearsal`."""

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

    def calls(self, customer_id: str) -> list[BookedCall]:
        return self.real.calls(customer_id)

    def quote(self, customer_id: str, wanted: Quote) -> Outcome:
        return self.real.quote(customer_id, wanted)

    def propose(self, _origin: ActionContext, _action: Action) -> Outcome:
        return REFUSED

    def act(self, _origin: ActionContext, _action: Action, _consent: Consent | None = None) -> Outcome:
        return REFUSED

    def effects(self, dialog_id: str, seq: int | None = None) -> list[Effect]:
        return self.real.effects(dialog_id, seq)

    def approvals(self, status: str | None = "pending", limit: int | None = None) -> list[ActionApproval]:
        return self.real.approvals(status, limit)

    def approval(self, number: str) -> ActionApproval:
        return self.real.approval(number)

    def decide(self, number: str, _approved: bool, _by: str, _note: str = "") -> ActionApproval:
        """Nothing is decided here."""
        return self.real.approval(number)

    def close(self) -> None:
        """The real one stays open."""
