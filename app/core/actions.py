"""What agents can do in the back office. Names, docstrings and descriptions are what models read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from app.core.backoffice import Delivery, Discount, Period, Severity
from app.core.events import EventKind

FREE, NUMBER = "free text", "number"
Text = Annotated[str, FREE]
"""What people or models write: the audit does not keep it."""
Number = Annotated[str, NUMBER]
WHERE = "Where to, in the customer's words: an address, or which pick-up point."
Address = Annotated[str | None, FREE, Field(min_length=5, max_length=300, description=WHERE)]
LONGEST = 20_000
"""Letters of a text: as many as a message of a customer may have, so that nothing has to be cut."""
MOST = 10**12
"""Of a sum or a quantity: so much can be asked for. The policy names the limits of what is done."""
PLAN, ITEM, GOODS = "a plan", "a plan or an item", "an item that is delivered"
"""Marks of fields that name something in the catalogue, whose names models are offered."""


class Action(BaseModel):
    """A consequential step: identity, ownership and policy are checked where it is carried out.

    `once_for` names the field that tells what is acted on: to each such thing an action is done once for a
    line of the customer; where it is empty, once at all. What a model may word in another way is no such
    field: a turn that was cut and is answered anew, in other words, must not return money twice.

    `event` tells the CRM that it is done, `waits` that a person must decide; `titled` where the ticket it
    makes has a subject. `achieves` is what agents may then say, in the words of the promise ledger.

    `consent`: it charges, returns, gives, orders or ends something, or changes a plan, so it is proposed
    first and done only on the customer's own word (core/proposals.py).
    """

    model_config = ConfigDict(extra="forbid")

    once_for: ClassVar[str] = ""
    event: ClassVar[EventKind | None] = None
    waits: ClassVar[EventKind | None] = None
    titled: ClassVar[bool] = False
    consent: ClassVar[bool] = False
    achieves: ClassVar[frozenset[str]] = frozenset()


class OpenTicket(Action):
    """Open a ticket for a problem that could not be solved in the dialog."""

    event = "ticket.opened"
    titled = True
    achieves = frozenset({"ticket"})

    subject: Text = Field(min_length=3, max_length=200, description="The problem in one line.")
    details: Text = Field(default="", max_length=LONGEST, description="What happens and what was tried.")
    severity: Severity = "normal"


class UpdateTicket(Action):
    """Add what the customer says to an open ticket of theirs."""

    once_for = "ticket"
    event = "ticket.updated"
    achieves = frozenset({"ticket"})

    ticket: Number = Field(max_length=40, description="Number of the ticket, such as T-1001.")
    note: Text = Field(min_length=1, max_length=LONGEST)


class CloseTicket(Action):
    """Close a ticket or complaint of the customer's that is settled or no longer needed."""

    once_for = "ticket"
    event = "ticket.closed"
    achieves = frozenset({"ticket", "complaint", "closed"})

    ticket: Number = Field(max_length=40, description="Number of the ticket, such as T-1001.")


class EscalateToDevelopers(Action):
    """Open a ticket for the developers: a fault of the product that steps do not cure."""

    event = "ticket.opened"
    titled = True
    achieves = frozenset({"ticket", "escalated", "transfer"})

    subject: Text = Field(min_length=3, max_length=200)
    severity: Severity = "normal"
    tried: Text = Field(default="", max_length=LONGEST, description="What was tried, and what came of it.")


class CreateOrder(Action):
    """Order a plan or a product for the customer. A plan needs a period; goods need a delivery."""

    once_for = "item"
    consent = True
    event = "order.created"
    achieves = frozenset({"order"})

    item: Annotated[str, ITEM]
    period: Period | None = None
    quantity: int = Field(default=1, ge=1, le=MOST)
    delivery: Delivery | None = None
    address: Address = None
    again: bool | None = Field(
        default=None,
        description="Leave it out: the customer is asked whether one more like the last order is wanted.",
    )


class CancelOrder(Action):
    """Cancel an order of the customer's that is not paid yet."""

    once_for = "order"
    consent = True
    event = "order.cancelled"
    achieves = frozenset({"order", "cancellation"})

    order: Number = Field(max_length=40, description="Number of the order, such as O-1001.")


class ChangeDelivery(Action):
    """Change the address or the way of delivery of an order that is not shipped yet."""

    once_for = "order"
    consent = True
    event = "order.changed"
    achieves = frozenset({"order"})

    order: Number = Field(max_length=40, description="Number of the order, such as O-1001.")
    delivery: Delivery | None = Field(default=None, description="As now, if not given.")
    address: Address = None


class ChangeSubscription(Action):
    """Move the customer's subscription to another plan or period."""

    consent = True
    event = "subscription.changed"
    achieves = frozenset({"subscription", "order"})

    plan: Annotated[str, PLAN]
    period: Period | None = Field(default=None, description="As now, if not given.")


class CancelSubscription(Action):
    """Stop the renewal of the customer's subscription; it works until the paid period ends."""

    consent = True
    event = "subscription.cancelled"
    achieves = frozenset({"cancellation"})

    reason: Text = Field(default="", max_length=500)


class ResumeSubscription(Action):
    """Switch the renewal of the customer's subscription on again, while the paid period still runs."""

    consent = True
    event = "subscription.resumed"
    achieves = frozenset({"subscription", "resumed"})

    drop_planned_change: bool = Field(
        default=False, description="True to stay on the plan of now, where a move to another one is planned."
    )


class CreatePaymentLink(Action):
    """Make a link by which the customer pays an order of theirs."""

    once_for = "order"
    achieves = frozenset({"payment_link"})

    order: Number = Field(max_length=40, description="Number of the order, such as O-1001.")


class RefundPayment(Action):
    """Return a payment of the customer's, in whole or in part, as far as the policy allows."""

    once_for = "payment"
    consent = True
    event = "refund.made"
    waits = "refund.requested"
    achieves = frozenset({"refund"})

    payment: Number = Field(max_length=40, description="Number of the payment, such as P-1001.")
    amount_rub: int | None = Field(default=None, ge=1, le=MOST, description="All of it, if not given.")
    reason: Text = Field(default="", max_length=500)


class CompensateOutage(Action):
    """Prolong the subscription for an incident: one day for each full four hours."""

    once_for = "incident"
    consent = True
    event = "credit.granted"
    achieves = frozenset({"compensation"})

    incident: Number = Field(max_length=40, description="Number of the incident, such as I-1001.")


class GrantCredit(Action):
    """Give a small sum to the customer's account as a sign of goodwill, for a problem that was reported."""

    consent = True
    event = "credit.granted"
    achieves = frozenset({"credit"})

    amount_rub: int = Field(ge=1, le=1_000_000)
    reason: Text = Field(min_length=3, max_length=500)


class OpenComplaint(Action):
    """Register a complaint; the company answers it within two working days."""

    event = "complaint.opened"
    titled = True
    achieves = frozenset({"complaint"})

    subject: Text = Field(min_length=3, max_length=200)
    details: Text = Field(default="", max_length=LONGEST)


class BookCallback(Action):
    """Book a call by a person. Calls are made on working days from 9:00 to 20:00, Moscow time."""

    event = "callback.booked"
    achieves = frozenset({"callback"})

    when: datetime | None = Field(default=None, description="ISO 8601; the next free time, if not given.")
    phone: Annotated[str | None, FREE] = Field(
        default=None, max_length=30, description="As in the account, if not given."
    )


class MoveCallback(Action):
    """Move the customer's booked call to another time, within the hours of calls."""

    once_for = "booking"
    event = "callback.moved"
    achieves = frozenset({"callback", "unbooked"})

    when: datetime = Field(description="ISO 8601.")
    booking: Annotated[str | None, NUMBER] = Field(
        default=None, max_length=40, description="Number of the call, such as CB-1001, if there are several."
    )


class CancelCallback(Action):
    """Cancel the customer's booked call: nobody calls."""

    once_for = "booking"
    event = "callback.cancelled"
    achieves = frozenset({"callback", "unbooked"})

    booking: Annotated[str | None, NUMBER] = Field(
        default=None, max_length=40, description="Number of the call, such as CB-1001, if there are several."
    )


ACTIONS: tuple[type[Action], ...] = (
    OpenTicket, UpdateTicket, CloseTicket, EscalateToDevelopers, CreateOrder, CancelOrder, ChangeDelivery,
    ChangeSubscription, CancelSubscription, ResumeSubscription, CreatePaymentLink, RefundPayment,
    CompensateOutage, GrantCredit, OpenComplaint, BookCallback, MoveCallback, CancelCallback,
)  # fmt: skip


def tool_name(action: type[BaseModel]) -> str:
    """`RefundPayment` is `refund_payment` to models, in the audit and in the API."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in action.__name__).lstrip("_")


BY_TOOL = {tool_name(action): action for action in ACTIONS}


def marked(action: type[Action], mark: str) -> set[str]:
    """Names of the fields that carry the mark."""
    return {name for name, field in action.model_fields.items() if mark in field.metadata}


class Quote(BaseModel):
    """What something costs, with the discounts that may be given. Changes nothing."""

    achieves: ClassVar[frozenset[str]] = frozenset({"discount"})

    item: Annotated[str, ITEM]
    period: Period | None = None
    quantity: int = Field(default=1, ge=1, le=MOST)
    people: int = Field(default=1, ge=1, le=MOST)
    discount: Discount | None = Field(default=None, description="As in the account, if not given.")
    delivery: Delivery | None = None


def plain_arguments(action: Action) -> dict[str, object]:
    """Plain values of what is given: two actions do the same if these and their tools are equal."""
    return action.model_dump(mode="json", exclude_none=True)
