"""The skills: which tool each uses, what it must know first, and what comes after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

WHICH, OFFER, AGAIN = "which", "offer", "again"
"""Questions that every skill may ask besides those for its slots."""
TIME = "time"
YES_OR_NO = (OFFER,)


@dataclass(frozen=True, slots=True)
class Need:
    """A slot that is asked for; `kind` limits that to orders of plans or of goods."""

    slot: str
    kind: Literal["", "plan", "goods"] = ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """The reading tool that finds what the skill is about, and the argument that takes its number."""

    tool: str
    rows: str
    argument: str
    slots: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skill:
    """`slots` maps arguments of the tool to slots."""

    name: str
    tool: str
    slots: dict[str, str] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    lookup: Lookup | None = None
    reads: bool = False
    rows: str = ""
    hands: bool = False  # asked for at another desk, the customer is handed over
    offers: str = ""
    past: bool = False  # days that are named lie behind us
    fixed: dict[str, int] = field(default_factory=dict)
    after: str = ""  # only once this other skill has been carried out in the dialog


_TICKETS = Lookup("find_tickets", "tickets", "ticket")
_ORDERS = Lookup("find_orders", "orders", "order")
_PAYMENTS = Lookup(
    "find_payments", "payments", "payment", {"amount_rub": "amount", "on": "day", "payment": "payment"}
)
_INCIDENTS = Lookup("service_status", "incidents", "incident")
_BUY = {"item": "item", "period": "period", "quantity": "quantity", "delivery": "delivery"}
_SUBJECT = (Need("subject"),)

SKILLS: tuple[Skill, ...] = (
    Skill("update", "update_ticket", {"note": "note"}, (Need("note"),), _TICKETS),
    Skill("developers", "escalate_to_developers",
          {"subject": "subject", "tried": "tried"}, _SUBJECT, hands=True),
    Skill("ticket", "open_ticket",
          {"subject": "subject", "details": "details"}, _SUBJECT, hands=True),
    Skill("callback", "book_callback", {"when": "when", "phone": "phone"}, hands=True),
    Skill("compensation", "compensate_outage", lookup=_INCIDENTS, hands=True),
    Skill("credit", "grant_credit", {"reason": "words", "amount_rub": "amount"},
          fixed={"amount_rub": 300}, after="complaint", hands=True),
    Skill("change", "change_subscription", {"plan": "plan", "period": "period"},
          (Need("plan"),), hands=True, offers="link"),
    Skill("refund", "refund_payment", lookup=_PAYMENTS, hands=True, past=True),
    Skill("complaint", "open_complaint",
          {"subject": "subject", "details": "details"}, _SUBJECT, hands=True),
    Skill("order", "create_order", _BUY,
          (Need("item"), Need("period", "plan"), Need("delivery", "goods")), hands=True, offers="link"),
    Skill("link", "create_payment_link", lookup=_ORDERS, hands=True),
    Skill("cancel", "cancel_subscription", hands=True),
    Skill("tickets", "find_tickets", reads=True, rows="tickets", hands=True),
    Skill("orders", "find_orders", {"order": "order"}, reads=True, rows="orders", hands=True),
    Skill("payments", "find_payments", {"amount_rub": "amount", "on": "day"},
          reads=True, rows="payments", past=True),
    Skill("delivery", "delivery_terms", {"item": "goods", "quantity": "quantity"},
          reads=True, rows="ways"),
    Skill("quote", "quote", {**_BUY, "people": "people", "discount": "discount"},
          (Need("item"),), reads=True, offers="order"),
    Skill("plans", "list_plans", reads=True, rows="plans"),
    Skill("status", "service_status", reads=True, rows="incidents"),
    Skill("devices", "diagnose_devices", reads=True, rows="devices", hands=True),
    Skill("account", "account_facts", reads=True, hands=True),
)  # fmt: skip
BY_NAME = {skill.name: skill for skill in SKILLS}
