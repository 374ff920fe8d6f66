"""What happened in a dialog, as the outside world (a CRM, a webhook) is told of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

EventKind = Literal[
    "dialog.opened",
    "dialog.routed",
    "dialog.handed_over",
    "dialog.escalated",
    "dialog.taken_over",
    "dialog.rerouted",
    "dialog.closed",
    "dialog.rated",
    "order.created",
    "order.changed",
    "order.cancelled",
    "subscription.changed",
    "subscription.cancelled",
    "subscription.resumed",
    "ticket.opened",
    "ticket.updated",
    "ticket.closed",
    "refund.made",
    "refund.requested",
    "credit.granted",
    "complaint.opened",
    "callback.booked",
    "callback.moved",
    "callback.cancelled",
    "proposal.made",
    "proposal.confirmed",
    "proposal.declined",
    "proposal.superseded",
    "proposal.expired",
]


class Event(BaseModel):
    """`id` is `<dialog_id>:<number>`: stable over retries, so that a receiver can drop what it knows.

    `number` counts from 1 inside the dialog. `data` holds plain values: agent, reason, number of an
    order or a ticket, `*_rub` amounts in roubles, score, summary.
    """

    id: str
    dialog_id: str
    number: int
    kind: EventKind
    customer_id: str
    at: datetime
    data: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
