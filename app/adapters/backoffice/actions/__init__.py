"""What each action does. All run inside the one transaction of `office.py`."""

from __future__ import annotations

from app.adapters.backoffice.actions import (
    callbacks,
    compensations,
    credits,
    orders,
    refunds,
    subscriptions,
    tickets,
)
from app.adapters.backoffice.actions.case import Case
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
from app.core.backoffice import Outcome


def carry_out(case: Case, action: Action) -> Outcome:
    """An approval without a number still has to be entered."""
    match action:
        case OpenTicket():
            return tickets.open_ticket(case, action)
        case UpdateTicket():
            return tickets.update_ticket(case, action)
        case EscalateToDevelopers():
            return tickets.escalate(case, action)
        case OpenComplaint():
            return tickets.open_complaint(case, action)
        case CreateOrder():
            return orders.create_order(case, action)
        case CreatePaymentLink():
            return orders.create_payment_link(case, action)
        case ChangeSubscription():
            return subscriptions.change_subscription(case, action)
        case CancelSubscription():
            return subscriptions.cancel_subscription(case, action)
        case RefundPayment():
            return refunds.refund_payment(case, action)
        case CompensateOutage():
            return compensations.compensate_outage(case, action)
        case GrantCredit():
            return credits.grant_credit(case, action)
        case BookCallback():
            return callbacks.book_callback(case, action)
    raise TypeError(f"{type(action).__name__} is not one of ACTIONS")
