"""Customers and approvals from the back office, for the queue; it may be absent or unavailable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import structlog

from app.core.backoffice import Account, ActionApproval, Order, Worth
from app.core.dialog import Dialog
from app.core.exceptions import BackOfficeUnavailable
from app.core.ports import BackOffice
from app.core.threads import in_office

log = structlog.get_logger()
T = TypeVar("T")
RecordsState = Literal["ok", "absent", "unavailable"]
LISTED = 1000
ORDER = "create_order"


@dataclass
class QueueRecords:
    """Cached for one page of the queue. If the records cannot be read, the order uses fewer signals."""

    office: BackOffice | None
    state: RecordsState = "ok"
    _known: dict[str, tuple[Account | None, Worth | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.state = "ok" if self.office else "absent"

    async def waiting(self) -> dict[str, list[ActionApproval]]:
        """Pending approvals by dialog, at most the latest LISTED."""
        found: dict[str, list[ActionApproval]] = defaultdict(list)
        nothing: list[ActionApproval] = []
        for approval in await self._ask(lambda office: office.approvals("pending", LISTED), nothing):
            found[approval.origin.dialog_id].append(approval)
        return found

    async def customer(self, customer_id: str) -> tuple[Account | None, Worth | None]:
        if customer_id not in self._known:
            self._known[customer_id] = await self._ask(
                lambda office: _read_customer(office, customer_id), (None, None)
            )
        return self._known[customer_id]

    async def unpaid(self, dialog: Dialog) -> frozenset[str]:
        """The orders placed in the dialog that still await payment."""
        turns = (m.turn for m in dialog.messages if m.turn)
        placed = {t.number for turn in turns for t in turn.tools if t.name == ORDER and t.status == "done"}
        if not placed:
            return frozenset()
        nothing: list[Order] = []
        found = await self._ask(lambda office: office.orders(dialog.customer_id), nothing)
        return frozenset(o.number for o in found if o.number in placed and o.status == "awaiting_payment")

    async def worths(self, customer_ids: Collection[str]) -> dict[str, Worth] | None:
        """Of known customers; None if the records cannot be read."""
        nothing: dict[str, Worth] | None = None
        return await self._ask(lambda office: office.worths(customer_ids), nothing)

    async def _ask(self, question: Callable[[BackOffice], T], otherwise: T) -> T:
        """After the first failure the records are not asked again."""
        if self.office is None or self.state == "unavailable":
            return otherwise
        try:
            return await in_office(question, self.office)
        except BackOfficeUnavailable as error:
            log.warning("records_unavailable", code=error.code)
            self.state = "unavailable"
            return otherwise


def _read_customer(office: BackOffice, customer_id: str) -> tuple[Account | None, Worth | None]:
    account = office.account(customer_id)
    if account is None:
        return None, None
    paid = sum(p.amount_rub - p.refunded_rub for p in office.payments(customer_id))
    plan = account.subscription.plan if account.subscription else None
    return account, Worth(paid_rub=paid, plan=plan)
