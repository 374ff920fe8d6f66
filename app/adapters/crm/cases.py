"""What an event means for a CRM: is it a sale or a problem, and how does the case end?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from app.core.events import Event

Ending = Literal["done", "lost"]
SALES = {"order.created", "subscription.changed"}
WAITING = {"callback.booked", "complaint.opened", "refund.requested", "ticket.opened"}
_MARKED = re.compile(r"\(event \S+ ([a-z_.]+)\)")


@dataclass(frozen=True, slots=True)
class Place:
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
    return event.kind in SALES or event.data.get("agent") == "sales"


def ending_of(place: Place, notes: Iterable[str]) -> Ending | None:
    """Of a dialog that was closed; None leaves the case to whoever owes the customer something."""
    seen = {kind for note in notes for kind in _MARKED.findall(note)}
    if seen & WAITING:
        return None
    return "done" if not place.sale or seen & SALES else "lost"
