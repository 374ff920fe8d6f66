"""Consequential tools: each is an action that the back office carries out, refuses or has approved."""

from __future__ import annotations

from app.agents.base import Desk, Result, Tool
from app.agents.tools.presenting import outcome_told, told
from app.core.actions import (
    Action,
    BookCallback,
    CancelSubscription,
    ChangeSubscription,
    CompensateOutage,
    CreateOrder,
    CreatePaymentLink,
    EscalateToDevelopers,
    GrantCredit,
    OpenComplaint,
    OpenTicket,
    RefundPayment,
    UpdateTicket,
)
from app.core.backoffice import Visit
from app.core.exceptions import BackOfficeUnavailable

UNAVAILABLE = {"status": "unavailable", "reason": "nothing was changed; the records cannot be reached now"}


def _act(desk: Desk, visit: Visit, action: Action) -> Result:
    if desk.office is None:
        return told(UNAVAILABLE, visit.language)
    try:
        return outcome_told(desk.office.act(visit, action), visit.language)
    except BackOfficeUnavailable:
        return told(UNAVAILABLE, visit.language)


open_ticket, update_ticket, escalate_to_developers = (
    Tool(action, _act) for action in (OpenTicket, UpdateTicket, EscalateToDevelopers)
)
create_order, change_subscription, cancel_subscription, create_payment_link = (
    Tool(action, _act) for action in (CreateOrder, ChangeSubscription, CancelSubscription, CreatePaymentLink)
)
refund_payment, compensate_outage, grant_credit, open_complaint, book_callback = (
    Tool(action, _act)
    for action in (RefundPayment, CompensateOutage, GrantCredit, OpenComplaint, BookCallback)
)
