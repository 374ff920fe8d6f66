"""The company's own matters as agents see them: who the customer is, what was bought, paid and broken.

Amounts are whole roubles (`*_rub`), times are UTC.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Period = Literal["month", "year"]
Delivery = Literal["courier", "pickup"]
Discount = Literal["none", "student", "nonprofit"]
Severity = Literal["low", "normal", "high", "critical"]
Status = Literal["done", "approval", "refused", "proposed"]
Value = str | int | bool | date | datetime | None


NOT_CONFIRMED = "not_confirmed"
"""The reason where an act needs the customer's consent and has none: it was not even tried."""


class ActionContext(BaseModel):
    """On whose behalf a tool runs. It comes from the dialog, never from a model.

    Dialog, `seq` (of the customer's line), tool name and what it is about make an action happen once.
    """

    dialog_id: str
    seq: int
    customer_id: str
    language: str = "ru"


class Customer(BaseModel):
    customer_id: str
    name: str
    email: str
    phone: str
    since: date
    discount: Discount = "none"


class Subscription(BaseModel):
    plan: str
    period: Period
    status: Literal["trial", "active", "past_due", "cancelled"]
    price_rub: int
    started: datetime
    renews: datetime
    used_gb: int
    storage_gb: int
    next_plan: str | None = None
    next_period: Period | None = None


class Worth(BaseModel):
    """What weighs in the queue: whole roubles paid, refunds taken off, and the plan."""

    model_config = ConfigDict(frozen=True)

    paid_rub: int = 0
    plan: str | None = None


class Device(BaseModel):
    name: str
    platform: str
    app_version: str
    last_seen: datetime
    problem: str | None = None


class Payment(BaseModel):
    """`number` is what customers and agents call it; `duplicate_of` names the payment it repeats."""

    number: str
    at: datetime
    amount_rub: int
    purpose: str
    order: str | None = None
    period: Period | None = None
    refunded_rub: int = 0
    duplicate_of: str | None = None


class Order(BaseModel):
    number: str
    at: datetime
    item: str
    title: str
    quantity: int
    period: Period | None = None
    total_rub: int
    delivery: Delivery | None = None
    delivery_rub: int = 0
    address: str | None = None
    status: Literal["awaiting_payment", "paid", "shipped", "delivered", "cancelled"]


class Ticket(BaseModel):
    """Also complaints (`kind`), which promise an answer by `due`."""

    number: str
    kind: Literal["problem", "developers", "complaint"]
    at: datetime
    subject: str
    details: str
    severity: Severity
    status: Literal["open", "closed"]
    due: datetime | None = None
    notes: list[str] = Field(default_factory=list)


class BookedCall(BaseModel):
    """A call by a person, to `phone`; `at` may lie behind us."""

    number: str
    at: datetime
    phone: str


class Incident(BaseModel):
    """`until` is None while it lasts."""

    number: str
    service: str
    title: dict[str, str]
    since: datetime
    until: datetime | None = None


class Account(BaseModel):
    customer: Customer
    subscription: Subscription | None
    devices: list[Device] = Field(default_factory=list)


class Outcome(BaseModel):
    """The result of an action.

    `refused` has a `reason` (docs/backoffice.md lists them); `approval` has the number that a person
    decides on. The fact `already_done` marks a repeat: this call did nothing. `proposed` is what would come
    of it if the customer agreed: nothing was done, and the fact `person` says why a person would decide then.
    """

    status: Status
    reason: str = ""
    number: str = ""
    facts: dict[str, Value] = Field(default_factory=dict)


class Effect(BaseModel):
    """An audit line: what an action did, was refused or waits for. `arguments` hold no free text.

    `about` is what it was done to, where the tool acts once for each such thing: a payment, an item.
    `proposal` is the one that the customer has confirmed.
    """

    dialog_id: str
    seq: int
    tool: str
    at: datetime
    customer_id: str
    arguments: dict[str, object]
    outcome: Outcome
    about: str = ""
    proposal: str = ""
    decided_by: str | None = None


class ActionApproval(BaseModel):
    """An action above the agents' limit. It happens when a person says yes, and once."""

    number: str
    origin: ActionContext
    tool: str
    arguments: dict[str, object]
    reason: str
    amount_rub: int | None = None
    requested_at: datetime
    status: Literal["pending", "approved", "rejected"] = "pending"
    decided_at: datetime | None = None
    decided_by: str | None = None
    note: str = ""
    outcome: Outcome | None = None


class Policy(BaseModel):
    """What agents may do by themselves: policy.yaml. Whole roubles, days, hours."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    refund_limit_rub: int
    refund_days: int
    refunds_per_year: int
    credit_limit_rub: int
    credits_per_year: int
    credit_grounds_days: int
    order_limit_rub: int
    order_quantity: int = Field(ge=1)
    requests_waiting: int = Field(ge=1)
    outage_hours: int = Field(ge=1)
    outage_claim_days: int
    callback_days: int
    complaint_days: int
    repeat_minutes: int
