"""The skills: which tool each uses, what it must know first, and what comes after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

WHICH = "which"
"""The question which of several is meant."""


@dataclass(frozen=True, slots=True)
class Need:
    """A slot that is asked for; `kind` limits that to orders of plans or of goods."""

    slot: str
    kind: Literal["", "plan", "goods"] = ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """The reading tool that finds what the skill is about, and the argument that takes its number.

    `latest`: of several that fit the first one is meant, because the customer is asked before it counts.
    """

    tool: str
    rows: str
    argument: str
    slots: dict[str, str] = field(default_factory=dict)
    latest: bool = True


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
    offers: str = ""  # the act that is offered once it is done
    past: bool = False  # days that are named lie behind us
    fixed: dict[str, int] = field(default_factory=dict)


_TICKETS = Lookup("find_tickets", "tickets", "ticket", latest=False)
_ORDERS = Lookup("find_orders", "orders", "order")
_PAYMENTS = Lookup(
    "find_payments", "payments", "payment", {"amount_rub": "amount", "on": "day", "payment": "payment"}
)
_INCIDENTS = Lookup("service_status", "incidents", "incident")
_CALLS = Lookup("find_calls", "calls", "booking")
_BUY = {"item": "item", "period": "period", "quantity": "quantity", "delivery": "delivery"}
_SUBJECT = (Need("subject"),)
_ACCOUNT = "account_facts"

SKILLS: tuple[Skill, ...] = (
    Skill("update", "update_ticket", {"note": "note"}, (Need("note"),), _TICKETS),
    Skill("close", "close_ticket", lookup=_TICKETS),
    Skill("developers", "escalate_to_developers", {"subject": "subject", "tried": "tried"}, _SUBJECT),
    Skill("ticket", "open_ticket", {"subject": "subject", "details": "details"}, _SUBJECT),
    Skill("complaint", "open_complaint", {"subject": "subject", "details": "details"}, _SUBJECT),
    Skill("callback", "book_callback", {"when": "when", "phone": "phone"}),
    Skill("move_call", "move_callback", {"when": "when"}, (Need("when"),), _CALLS),
    Skill("cancel_call", "cancel_callback", lookup=_CALLS),
    Skill("compensation", "compensate_outage", lookup=_INCIDENTS),
    Skill("credit", "grant_credit", {"reason": "words", "amount_rub": "amount"}, fixed={"amount_rub": 300}),
    Skill("change", "change_subscription", {"plan": "plan", "period": "period"}, (Need("plan"),),
          offers="pay_link"),
    Skill("cancel", "cancel_subscription"),
    Skill("resume", "resume_subscription"),
    Skill("refund", "refund_payment", lookup=_PAYMENTS, past=True),
    Skill("order", "create_order", {**_BUY, "address": "address"},
          (Need("item"), Need("period", "plan"), Need("delivery", "goods")), offers="pay_link"),
    Skill("cancel_order", "cancel_order", lookup=_ORDERS),
    Skill("redirect", "change_delivery", {"delivery": "delivery", "address": "address"},
          lookup=_ORDERS),
    Skill("link", "create_payment_link", lookup=_ORDERS),
    Skill("tickets", "find_tickets", reads=True, rows="tickets"),
    Skill("orders", "find_orders", {"order": "order"}, reads=True, rows="orders"),
    Skill("calls", "find_calls", reads=True, rows="calls"),
    Skill("payments", "find_payments", {"amount_rub": "amount", "on": "day"},
          reads=True, rows="payments", past=True),
    Skill("refunds", "find_payments", reads=True, rows="payments", past=True),
    Skill("delivery", "delivery_terms", {"item": "goods", "quantity": "quantity"}, reads=True, rows="ways"),
    Skill("quote", "quote", {**_BUY, "people": "people", "discount": "discount"},
          (Need("item"),), reads=True, offers="order"),
    Skill("plans", "list_plans", reads=True, rows="plans"),
    Skill("status", "service_status", reads=True, rows="incidents"),
    Skill("devices", "diagnose_devices", reads=True, rows="devices"),
    Skill("plan", _ACCOUNT, reads=True),
    Skill("next_charge", _ACCOUNT, reads=True),
    Skill("debt", _ACCOUNT, reads=True),
    Skill("usage", _ACCOUNT, reads=True),
    Skill("files", _ACCOUNT, reads=True),
)  # fmt: skip
BY_NAME = {skill.name: skill for skill in SKILLS}
