"""What every action is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.core.backoffice import Approval, Customer, Policy, Visit


@dataclass(frozen=True, slots=True)
class Case:
    """`approved` is there when a person said yes: limits no longer hold, bans do."""

    connection: Connection
    visit: Visit
    customer: Customer
    now: datetime
    policy: Policy
    approved: Approval | None = None
