"""What waits for a person's word."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from app.core.actions import Action, RefundPayment, tool_name
from app.core.backoffice import ActionApproval, ActionContext, Outcome
from app.core.exceptions import ApprovalNotFound
from app.engines.backoffice.outcomes import from_json, to_json
from app.engines.backoffice.records import as_number, next_number
from app.engines.backoffice.tables import approvals


def enter_approval(
    connection: Connection, origin: ActionContext, action: Action, wanted: Outcome, at: datetime
) -> Outcome:
    """The outcome with its number."""
    number = next_number(connection, "A")
    values = {
        "number": number,
        **origin.model_dump(),
        "tool": tool_name(type(action)),
        "arguments": action.model_dump(mode="json"),
        "reason": wanted.reason,
        "amount_rub": wanted.facts.get("amount_rub"),
        "payment": as_number(action.payment) if isinstance(action, RefundPayment) else None,
        "requested_at": at,
        "status": "pending",
        "note": "",
    }
    connection.execute(insert(approvals).values(values))
    return wanted.model_copy(update={"number": number})


def waiting_for(connection: Connection, payment: str) -> Outcome | None:
    """One payment waits once."""
    pending = select(approvals).where(approvals.c.payment == payment, approvals.c.status == "pending")
    row = connection.execute(pending).first()
    if row is None:
        return None
    facts = {"payment": payment, "amount_rub": row.amount_rub}
    return Outcome(status="approval", reason=row.reason, number=row.number, facts=facts)


def read_approval(connection: Connection, number: str) -> ActionApproval:
    row = connection.execute(select(approvals).where(approvals.c.number == as_number(number))).first()
    if row is None:
        raise ApprovalNotFound(number)
    return _approval(row)


def listing(connection: Connection, status: str | None, limit: int | None) -> list[ActionApproval]:
    """Latest first."""
    rows = select(approvals).order_by(approvals.c.requested_at.desc(), approvals.c.number.desc()).limit(limit)
    if status is not None:
        rows = rows.where(approvals.c.status == status)
    return [_approval(row) for row in connection.execute(rows)]


def settle(connection: Connection, decided: ActionApproval) -> None:
    assert decided.outcome is not None
    values = {
        **decided.model_dump(include={"status", "decided_at", "decided_by", "note"}),
        "outcome": to_json(decided.outcome),
    }
    connection.execute(update(approvals).where(approvals.c.number == decided.number).values(values))


def _approval(row: Row[Any]) -> ActionApproval:
    values = row._asdict()
    outcome = None if row.outcome is None else from_json(row.outcome)
    return ActionApproval.model_validate({**values, "origin": values, "outcome": outcome})
