"""What is known of a returning customer: outcomes of earlier dialogs, open tickets, orders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import structlog

from app.core.backoffice import Order, Ticket
from app.core.cleaned_text import spoken_language
from app.core.dialog import Dialog
from app.core.exceptions import CallCenterError
from app.core.models import Memory, Remembered, Turn
from app.core.ports import BackOffice, CustomerMemory
from app.core.text import clean
from app.core.threads import in_office

log = structlog.get_logger()
TOLD = 3
TICKETS = {"open_ticket", "escalate_to_developers"}


@dataclass(frozen=True)
class Recollection:
    """Failures are logged; the turn then runs without memory."""

    memory: CustomerMemory
    office: BackOffice | None = None

    async def recall(self, customer_id: str) -> Remembered | None:
        """None if nothing is known. Memory and back office may fail independently."""
        past: list[Memory] = []
        tickets: list[Ticket] = []
        orders: list[Order] = []
        try:
            past = await self.memory.recall(customer_id)
        except CallCenterError as error:
            log.error("memory_failed", code=error.code)
        try:
            tickets, orders = await in_office(self._records, customer_id)
        except CallCenterError as error:
            log.error("memory_failed", code=error.code)
        return describe_past(past, tickets, orders)

    async def keep(self, dialog: Dialog) -> None:
        """A dialog without a customer line is not remembered."""
        if all(m.role != "customer" for m in dialog.messages):
            return
        try:
            await self.memory.remember(dialog.customer_id, dialog.dialog_id, memory_of(dialog))
        except CallCenterError as error:
            log.error("memory_failed", code=error.code)

    async def forget(self, dialog: Dialog) -> None:
        """Raises StorageUnavailable: a failed deletion must not go unnoticed."""
        await self.memory.forget(dialog.customer_id, dialog.dialog_id)

    def _records(self, customer_id: str) -> tuple[list[Ticket], list[Order]]:
        if self.office is None:
            return [], []
        return self.office.tickets(customer_id), self.office.orders(customer_id)


def memory_of(dialog: Dialog) -> Memory:
    said = [m.content for m in dialog.messages if m.role == "customer"]
    turns = [m.turn for m in dialog.messages if m.turn]
    return Memory(
        at=dialog.updated_at,
        language=turns[-1].language if turns else spoken_language(said),
        agent=dialog.assigned_agent,
        outcome=dialog.closing.summary.resolution if dialog.closing else "",
        unhelpful=list(dict.fromkeys(_unhelpful(turns))),
    )


def _unhelpful(turns: list[Turn]) -> Iterator[str]:
    """Articles of agents that had to escalate afterwards, or to open a ticket.

    A customer who moves on to another matter with another agent counts as helped.
    """
    for place, turn in enumerate(turns):
        gave_up = {name for later in turns[place:] for name in _gave_up(later)}
        yield from turn.citations if turn.agent in gave_up else ()


def _gave_up(turn: Turn) -> Iterator[str]:
    if any(use.name in TICKETS and use.status == "done" for use in turn.tools):
        yield turn.agent
    if turn.escalated:
        yield from (handoff.from_agent for handoff in turn.hops if handoff.from_agent)


def describe_past(past: list[Memory], tickets: list[Ticket], orders: list[Order]) -> Remembered | None:
    unsolved = [t for t in tickets if t.status == "open"]
    if not (past or unsolved or orders):
        return None
    unhelpful = past[0].unhelpful if past else []
    parts = [
        *(f"- {m.at:%Y-%m-%d}, {m.agent or 'nobody'}: {clean(m.outcome)}" for m in past[:TOLD]),
        *(f"- open ticket {t.number} of {t.at:%Y-%m-%d}: {clean(t.subject)}" for t in unsolved[:TOLD]),
        *(f"- order {o.number} of {o.at:%Y-%m-%d}: {o.title}, {o.status}" for o in orders[:TOLD]),
        *([f"- these articles did not help last time: {', '.join(unhelpful)}"] if unhelpful else []),
    ]
    return Remembered(
        text="Known of this customer from before:\n" + "\n".join(parts),
        language=past[0].language if past else "",
        unhelpful=unhelpful,
        open_tickets=[t.number for t in unsolved],
    )
