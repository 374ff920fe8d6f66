"""Delivers an event to any CRM once: look up, create what is missing, add the note, close what has ended.

A retry after a lost response finds what the first attempt created. Only one process may deliver for a
customer at a time: two that look up together would both create.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from app.adapters.crm.wording import marker, note_of
from app.core.company import in_use
from app.core.events import Event

Ending = Literal["done", "lost"]
SALES = {"order.created", "subscription.changed", "subscription.resumed"}
WAITING = {"callback.booked", "callback.moved", "complaint.opened", "refund.requested", "ticket.opened"}
_MARKED = re.compile(r"\(event \S+ ([a-z_.]+)\)")


@dataclass(frozen=True, slots=True)
class CrmEntry:
    """Something in the CRM that takes notes. `sale`, `is_open` and `stage` speak of deals and tickets."""

    kind: Literal["contact", "deal", "ticket"]
    id: str
    sale: bool = False
    is_open: bool = True
    stage: str = ""


def is_sale(event: Event) -> bool | None:
    """None for a dialog that has just begun: nobody knows yet what it is about."""
    if event.kind == "dialog.opened" and "agent" not in event.data:
        return None
    return event.kind in SALES or in_use().sells(str(event.data.get("agent")))


def ending_of(place: CrmEntry, notes: Iterable[str]) -> Ending | None:
    """Of a dialog that was closed; None leaves the case to whoever owes the customer something."""
    seen = Counter(kind for note in notes for kind in _MARKED.findall(note))
    if seen.keys() & WAITING:
        return None
    sold = sum(seen[kind] for kind in SALES) - seen["order.cancelled"]
    return "done" if not place.sale or sold > 0 else "lost"


class CrmRecords(Protocol):
    """The records of one CRM. Every method raises CrmError."""

    async def contacts(self, customer_id: str) -> list[CrmEntry]: ...

    async def add_contact(self, event: Event) -> CrmEntry: ...

    async def case(self, dialog_id: str) -> CrmEntry | None: ...

    async def add_case(self, event: Event, sale: bool, contact: CrmEntry) -> CrmEntry: ...

    async def notes(self, place: CrmEntry) -> list[str]: ...

    async def add_note(self, place: CrmEntry, text: str, event: Event) -> None: ...

    async def finish(self, place: CrmEntry, ending: Ending) -> None: ...

    async def check(self) -> str: ...

    async def aclose(self) -> None: ...


@dataclass(slots=True)
class CrmDelivery:
    name: str
    records: CrmRecords
    _placing: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def deliver(self, event: Event) -> None:
        async with self._placing:
            place = await self._place(event)
        notes = await self.records.notes(place)
        if not any(marker(event) in note for note in notes):
            await self.records.add_note(place, note_of(event), event)
        if event.kind == "dialog.closed" and place.is_open:
            ending = ending_of(place, notes)
            if ending:
                await self.records.finish(place, ending)

    async def check(self) -> str:
        return await self.records.check()

    async def copies(self, event: Event) -> int:
        """The larger count of the contact and the note."""
        contacts = await self.records.contacts(event.customer_id)
        if not contacts:
            return 0
        place = contacts[0] if is_sale(event) is None else await self.records.case(event.dialog_id)
        notes = await self.records.notes(place) if place else []
        return max(len(contacts), sum(marker(event) in note for note in notes)) if notes else 0

    async def aclose(self) -> None:
        await self.records.aclose()

    async def _place(self, event: Event) -> CrmEntry:
        sale = is_sale(event)
        if sale is None:
            return await self._contact(event)
        case = await self.records.case(event.dialog_id)
        return case or await self.records.add_case(event, sale, await self._contact(event))

    async def _contact(self, event: Event) -> CrmEntry:
        found = await self.records.contacts(event.customer_id)
        return found[0] if found else await self.records.add_contact(event)
