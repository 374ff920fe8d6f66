"""A returning customer is recognised: what earlier dialogs came to, and what is still open."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog

from app.core.backoffice import Order, Ticket
from app.core.dialog import Dialog
from app.core.exceptions import CallCenterError
from app.core.models import Memory, Remembered
from app.core.ports import BackOffice, CustomerMemory
from app.core.text import spoken_language

log = structlog.get_logger()
TOLD = 3


@dataclass(frozen=True)
class Recollection:
    """A memory that fails costs nobody an answer: it is logged and goes without."""

    memory: CustomerMemory
    office: BackOffice | None = None

    async def recall(self, customer_id: str) -> Remembered | None:
        """None for a customer of whom nothing is known."""
        try:
            past = await self.memory.recall(customer_id)
            tickets, orders = await asyncio.to_thread(self._records, customer_id)
        except CallCenterError as error:
            log.error("memory_failed", code=error.code)
            return None
        return remembered(past, tickets, orders)

    async def keep(self, dialog: Dialog) -> None:
        try:
            await self.memory.remember(dialog.customer_id, dialog.dialog_id, memory_of(dialog))
        except CallCenterError as error:
            log.error("memory_failed", code=error.code)

    async def forget(self, dialog: Dialog) -> None:
        """Raises StorageUnavailable: a deletion that did not happen must be known."""
        await self.memory.forget(dialog.customer_id, dialog.dialog_id)

    def _records(self, customer_id: str) -> tuple[list[Ticket], list[Order]]:
        if self.office is None:
            return [], []
        return self.office.tickets(customer_id), self.office.orders(customer_id)


def memory_of(dialog: Dialog) -> Memory:
    said = [m.content for m in dialog.messages if m.role == "customer"]
    passed_on = {h.from_agent for h in dialog.metadata.handoffs}
    turns = [m.turn for m in dialog.messages if m.turn]
    failed = [name for t in turns if t.agent in passed_on for name in t.citations]
    return Memory(
        at=dialog.updated_at,
        language=spoken_language(said),
        agent=dialog.assigned_agent,
        outcome=dialog.closing.summary.resolution if dialog.closing else "",
        unhelpful=list(dict.fromkeys(failed)),
    )


def remembered(past: list[Memory], tickets: list[Ticket], orders: list[Order]) -> Remembered | None:
    unsolved = [t for t in tickets if t.status == "open"]
    if not (past or unsolved or orders):
        return None
    unhelpful = past[0].unhelpful if past else []
    parts = [
        *(f"- {m.at:%Y-%m-%d}, {m.agent or 'nobody'}: {m.outcome}" for m in past[:TOLD]),
        *(f"- open ticket {t.number} of {t.at:%Y-%m-%d}: {t.subject}" for t in unsolved[:TOLD]),
        *(f"- order {o.number} of {o.at:%Y-%m-%d}: {o.title}, {o.status}" for o in orders[:TOLD]),
        *([f"- these articles did not help last time: {', '.join(unhelpful)}"] if unhelpful else []),
    ]
    return Remembered(
        text="Known of this customer from before:\n" + "\n".join(parts),
        language=past[0].language if past else "",
        unhelpful=unhelpful,
        open_tickets=[t.number for t in unsolved],
    )
