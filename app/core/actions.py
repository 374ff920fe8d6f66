"""What agents can do in the back office. Names, docstrings and descriptions are what models read."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.backoffice import Delivery, Discount, Period, PlanName, Severity


class Action(BaseModel):
    """A consequential step: identity, ownership and policy are checked where it is carried out."""

    model_config = ConfigDict(extra="forbid")


class OpenTicket(Action):
    """Open a ticket for a problem that could not be solved in the dialog."""

    subject: str = Field(min_length=3, max_length=200, description="The problem in one line.")
    details: str = Field(default="", max_length=4000, description="What happens and what was tried.")
    severity: Severity = "normal"


class UpdateTicket(Action):
    """Add what the customer says to an open ticket of theirs."""

    ticket: str = Field(max_length=40, description="Number of the ticket, such as T-1001.")
    note: str = Field(min_length=1, max_length=4000)


class EscalateToDevelopers(Action):
    """Open a ticket for the developers: a fault of the product that steps do not cure."""

    subject: str = Field(min_length=3, max_length=200)
    severity: Severity = "normal"
    tried: str = Field(default="", max_length=4000, description="What was tried, and what came of it.")


class CreateOrder(Action):
    """Order a plan or a product for the customer. A plan needs a period; goods need a delivery."""

    item: Literal["basic", "pro", "business", "hub", "key", "storage"]
    period: Period | None = None
    quantity: int = Field(default=1, ge=1, le=1000)
    delivery: Delivery | None = None


class ChangeSubscription(Action):
    """Move the customer's subscription to another plan or period."""

    plan: PlanName
    period: Period | None = Field(default=None, description="As now, if not given.")


class CancelSubscription(Action):
    """Stop the renewal of the customer's subscription; it works until the paid period ends."""

    reason: str = Field(default="", max_length=500)


class CreatePaymentLink(Action):
    """Make a link by which the customer pays an order of theirs."""

    order: str = Field(max_length=40, description="Number of the order, such as O-1001.")


class RefundPayment(Action):
    """Return a payment of the customer's, in whole or in part, as far as the policy allows."""

    payment: str = Field(max_length=40, description="Number of the payment, such as P-1001.")
    amount_rub: int | None = Field(default=None, ge=1, le=10_000_000, description="All of it, if not given.")
    reason: str = Field(default="", max_length=500)


class CompensateOutage(Action):
    """Prolong the subscription for an incident: one day for each full four hours."""

    incident: str = Field(max_length=40, description="Number of the incident, such as I-1001.")


class GrantCredit(Action):
    """Give a small sum to the customer's account as a sign of goodwill."""

    amount_rub: int = Field(ge=1, le=1_000_000)
    reason: str = Field(min_length=3, max_length=500)


class OpenComplaint(Action):
    """Register a complaint; the company answers it within two working days."""

    subject: str = Field(min_length=3, max_length=200)
    details: str = Field(default="", max_length=4000)


class BookCallback(Action):
    """Book a call by a person. Calls are made on working days from 9:00 to 20:00, Moscow time."""

    when: datetime | None = Field(default=None, description="ISO 8601; the next free hour, if not given.")
    phone: str | None = Field(default=None, max_length=30, description="As in the account, if not given.")


ACTIONS: tuple[type[Action], ...] = (
    OpenTicket, UpdateTicket, EscalateToDevelopers, CreateOrder, ChangeSubscription, CancelSubscription,
    CreatePaymentLink, RefundPayment, CompensateOutage, GrantCredit, OpenComplaint, BookCallback,
)  # fmt: skip


def tool_name(action: type[BaseModel]) -> str:
    """`RefundPayment` is `refund_payment` to models, in the audit and in the API."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in action.__name__).lstrip("_")


class Quote(BaseModel):
    """What something costs, with the discounts that may be given. Changes nothing."""

    item: Literal["basic", "pro", "business", "hub", "key", "storage"]
    period: Period | None = None
    quantity: int = Field(default=1, ge=1, le=1000)
    people: int = Field(default=1, ge=1, le=10_000)
    discount: Discount | None = Field(default=None, description="As in the account, if not given.")
    delivery: Delivery | None = None
