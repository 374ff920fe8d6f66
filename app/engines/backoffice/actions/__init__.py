"""What each action does. All run inside the one transaction of `office.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.core import actions
from app.core.actions import Action
from app.core.backoffice import Outcome
from app.engines.backoffice.actions.calls import book_callback, cancel_callback, move_callback
from app.engines.backoffice.actions.context import ActionRun
from app.engines.backoffice.actions.orders import (
    cancel_order,
    change_delivery,
    create_order,
    create_payment_link,
)
from app.engines.backoffice.actions.refunds import refund_payment
from app.engines.backoffice.actions.subscriptions import (
    cancel_subscription,
    change_subscription,
    resume_subscription,
)
from app.engines.backoffice.actions.tickets import (
    close_ticket,
    compensate_outage,
    escalate,
    grant_credit,
    open_complaint,
    open_ticket,
    update_ticket,
)

EFFECTS: dict[type[Action], Callable[[ActionRun, Any], Outcome]] = {
    actions.OpenTicket: open_ticket,
    actions.UpdateTicket: update_ticket,
    actions.CloseTicket: close_ticket,
    actions.EscalateToDevelopers: escalate,
    actions.OpenComplaint: open_complaint,
    actions.CreateOrder: create_order,
    actions.CancelOrder: cancel_order,
    actions.ChangeDelivery: change_delivery,
    actions.CreatePaymentLink: create_payment_link,
    actions.ChangeSubscription: change_subscription,
    actions.CancelSubscription: cancel_subscription,
    actions.ResumeSubscription: resume_subscription,
    actions.RefundPayment: refund_payment,
    actions.CompensateOutage: compensate_outage,
    actions.GrantCredit: grant_credit,
    actions.BookCallback: book_callback,
    actions.MoveCallback: move_callback,
    actions.CancelCallback: cancel_callback,
}


def carry_out(case: ActionRun, action: Action) -> Outcome:
    """An approval without a number still has to be entered."""
    return EFFECTS[type(action)](case, action)
