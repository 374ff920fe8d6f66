"""What every action is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.core.backoffice import ActionApproval, ActionContext, Customer, Policy
from app.core.company import Company


@dataclass(frozen=True, slots=True)
class ActionRun:
    """`policy` is the company's with the limits of the settings.

    `approved` is there when a person said yes: limits no longer hold, bans do.
    """

    connection: Connection
    origin: ActionContext
    customer: Customer
    now: datetime
    policy: Policy
    company: Company
    approved: ActionApproval | None = None
