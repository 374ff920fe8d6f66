"""What is put into the records before a dialog: times are told as days or hours ago, from the world's clock.

A fixture becomes the row of a table of the back office; what it does not say (price, storage, renewal) is
filled in there, from the plan.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.core.backoffice import Delivery, Discount, Period, Severity
from app.core.company import in_use

Row = tuple[str, dict[str, object]]
"""Name of a table and the values of one row."""


def _plan(name: str) -> str:
    if name not in in_use().catalogue.plans:
        raise ValueError(f"the plans are {', '.join(in_use().catalogue.plans)}")
    return name


def _product(name: str) -> str:
    if name not in in_use().catalogue:
        raise ValueError(f"what is sold is {', '.join(in_use().catalogue.names)}")
    return name


PlanName = Annotated[str, AfterValidator(_plan)]
ProductName = Annotated[str, AfterValidator(_product)]


class Fixture(BaseModel):
    """`of` is another customer than the scenario's."""

    model_config = ConfigDict(extra="forbid")
    table: ClassVar[str]

    of: str | None = None
    days_ago: float = 0
    hours_ago: float = 0

    def row(self, customer_id: str, now: datetime) -> Row:
        shown = self.model_dump(exclude={"of", "days_ago", "hours_ago"}, exclude_none=True)
        return self.table, {"customer_id": self.of or customer_id, **shown, **self.moments(now)}

    def moments(self, now: datetime) -> dict[str, object]:
        return {"at": self.since(now)}

    def since(self, now: datetime) -> datetime:
        return now - timedelta(days=self.days_ago, hours=self.hours_ago)


class CustomerFixture(Fixture):
    """Replaces whatever the records hold of this customer."""

    table = "customers"
    days_ago: float = 400
    name: str = "Анна Смирнова"
    email: str = "anna@example.com"
    phone: str = "+7 900 000-00-00"
    discount: Discount = "none"

    def moments(self, now: datetime) -> dict[str, object]:
        return {"since": self.since(now).date()}


class SubscriptionFixture(Fixture):
    """`days_ago` is when it began; `renews_in_days` only where it is not the next month or year."""

    table = "subscriptions"
    plan: PlanName
    period: Period = "month"
    status: Literal["trial", "active", "past_due", "cancelled"] = "active"
    price_rub: int | None = None
    used_gb: int = 3
    storage_gb: int | None = None
    renews_in_days: float | None = Field(default=None, exclude=True)

    def moments(self, now: datetime) -> dict[str, object]:
        known: dict[str, object] = {"started": self.since(now)}
        if self.renews_in_days is not None:
            known["renews"] = now + timedelta(days=self.renews_in_days)
        return known


class DeviceFixture(Fixture):
    table = "devices"
    name: str
    platform: str = "Windows 11"
    app_version: str = "5.2.0"
    problem: str | None = None

    def moments(self, now: datetime) -> dict[str, object]:
        return {"last_seen": self.since(now)}


class PaymentFixture(Fixture):
    table = "payments"
    number: str
    amount_rub: int
    purpose: str
    order: str | None = None
    plan: PlanName | None = None
    period: Period | None = None
    refunded_rub: int = 0
    duplicate_of: str | None = None


class OrderFixture(Fixture):
    table = "orders"
    number: str
    item: ProductName
    title: str
    total_rub: int
    quantity: int = 1
    period: Period | None = None
    delivery: Delivery | None = None
    delivery_rub: int = 0
    address: str | None = None
    status: Literal["awaiting_payment", "paid", "shipped", "delivered", "cancelled"] = "paid"
    delivered_days_ago: float | None = Field(default=None, exclude=True)

    def moments(self, now: datetime) -> dict[str, object]:
        known: dict[str, object] = {"at": self.since(now)}
        if self.delivered_days_ago is not None:
            known["delivered_at"] = now - timedelta(days=self.delivered_days_ago)
        return known


class TicketFixture(Fixture):
    table = "tickets"
    number: str
    subject: str
    kind: Literal["problem", "developers", "complaint"] = "problem"
    details: str = ""
    severity: Severity = "normal"
    status: Literal["open", "closed"] = "open"


class CallFixture(Fixture):
    """Booked for `hours_ahead` from now."""

    table = "callbacks"
    number: str
    phone: str = "+7 900 000-00-00"
    hours_ahead: float = Field(default=24, exclude=True)

    def moments(self, now: datetime) -> dict[str, object]:
        return {"at": now + timedelta(hours=self.hours_ahead)}


class IncidentFixture(Fixture):
    """`hours` is how long it lasted; without them it lasts still."""

    table = "incidents"
    number: str
    service: str
    title: dict[str, str]
    hours: float | None = Field(default=None, exclude=True)

    def row(self, customer_id: str, now: datetime) -> Row:
        table, values = super().row(customer_id, now)
        del values["customer_id"]
        return table, values

    def moments(self, now: datetime) -> dict[str, object]:
        begun = self.since(now)
        known: dict[str, object] = {"since": begun}
        if self.hours is not None:
            known["until"] = begun + timedelta(hours=self.hours)
        return known


class Before(BaseModel):
    """One fixture: a mapping with one key, the kind of record."""

    model_config = ConfigDict(extra="forbid")

    customer: CustomerFixture | None = None
    subscription: SubscriptionFixture | None = None
    device: DeviceFixture | None = None
    payment: PaymentFixture | None = None
    order: OrderFixture | None = None
    ticket: TicketFixture | None = None
    call: CallFixture | None = None
    incident: IncidentFixture | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Before:
        if len(self.model_fields_set) != 1 or self.only is None:
            raise ValueError(f"give one of {', '.join(type(self).model_fields)}")
        return self

    @property
    def only(self) -> Fixture:
        [name] = self.model_fields_set
        found: Fixture = getattr(self, name)
        return found
