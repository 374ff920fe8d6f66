"""Invented customers and what happened to them: the models of customers.yaml. Times count back from now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from app.core.backoffice import Delivery, Discount, Period, Severity
from app.core.catalogue import CompanyPart, Titles

Days = Annotated[float, Field(ge=0)]


class DemoIncident(CompanyPart):
    """It `ended` so many days ago after so many `hours`, or lasts since `minutes`."""

    service: str
    title: Titles
    ended: Days | None = None
    hours: float = 0
    minutes: float = 0


class DemoRefund(CompanyPart):
    """A payment, days ago, that was returned whole."""

    plan: str
    period: Period
    paid: Days
    returned: Days


class DemoGoods(CompanyPart):
    """Paid at once unless it awaits payment."""

    item: str
    ago: Days
    status: Literal["awaiting_payment", "paid", "shipped", "delivered", "cancelled"]
    quantity: int = 1
    delivery: Delivery = "courier"
    address: str | None = None


class DemoSubscription(CompanyPart):
    """Paid so many days ago, and before that each period, `times` in all.

    `again_after_minutes`: the last payment was charged a second time.
    """

    plan: str
    period: Period
    paid: Days
    times: int = Field(default=1, ge=1)
    used_gb: int
    status: Literal["active", "past_due", "cancelled"] = "active"
    again_after_minutes: float | None = None


class DemoTrial(CompanyPart):
    plan: str
    period: Period
    began: Days
    ends_in: Days
    used_gb: int


class DemoDevice(CompanyPart):
    name: str
    platform: str
    version: str
    seen: Days
    problem: str | None = None


class DemoTicket(CompanyPart):
    subject: str
    ago: Days
    status: Literal["open", "closed"] = "open"
    details: str = ""
    severity: Severity = "normal"
    kind: Literal["problem", "complaint"] = "problem"


class DemoCall(CompanyPart):
    """Booked for so many working days from now, at `hour` o'clock of the company's time."""

    workdays: int = Field(ge=1)
    hour: int = Field(ge=0, le=23)


class DemoPerson(CompanyPart):
    """`since` is in days. Records are written, and numbered, in the order of the fields."""

    id: str
    name: str
    language: str = "ru"
    email: str
    phone: str
    since: Days
    discount: Discount = "none"
    refunded: list[DemoRefund] = Field(default_factory=list)
    goods: list[DemoGoods] = Field(default_factory=list)
    subscription: DemoSubscription | None = None
    trial: DemoTrial | None = None
    devices: list[DemoDevice] = Field(default_factory=list)
    tickets: list[DemoTicket] = Field(default_factory=list)
    calls: list[DemoCall] = Field(default_factory=list)

    def bought(self) -> Iterator[tuple[str, str]]:
        """Field and name of each plan and item."""
        plans = [
            ("subscription", self.subscription),
            ("trial", self.trial),
            *(("refunded", r) for r in self.refunded),
        ]
        yield from ((field, bought.plan) for field, bought in plans if bought)
        yield from (("goods", goods.item) for goods in self.goods)


class DemoData(CompanyPart):
    """`periods`: their names in the purpose of a payment, by language. `apps` hold YAML anchors."""

    apps: dict[str, str] = Field(default_factory=dict)
    periods: dict[str, dict[Period, str]]
    incidents: list[DemoIncident] = Field(default_factory=list)
    customers: list[DemoPerson] = Field(default_factory=list)
