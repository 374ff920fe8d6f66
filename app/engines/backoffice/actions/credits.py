"""Small sums as a sign of goodwill."""

from __future__ import annotations

from sqlalchemy import func, insert, select

from app.core.actions import GrantCredit
from app.core.backoffice import Outcome
from app.engines.backoffice import policy
from app.engines.backoffice.actions.context import Case
from app.engines.backoffice.dates import YEAR
from app.engines.backoffice.numbers import next_number
from app.engines.backoffice.outcomes import done
from app.engines.backoffice.tables import credits


def grant_credit(case: Case, action: GrantCredit) -> Outcome:
    if case.approved is None and (wait := policy.credit(action.amount_rub, _recent(case), case.policy)):
        return wait
    number = next_number(case.connection, "CR")
    values = {
        "number": number,
        "customer_id": case.visit.customer_id,
        "at": case.now,
        "amount_rub": action.amount_rub,
        "reason": action.reason,
    }
    case.connection.execute(insert(credits).values(values))
    return done(number, amount_rub=action.amount_rub)


def _recent(case: Case) -> int:
    mine = credits.c.customer_id == case.visit.customer_id
    counted = select(func.count()).where(mine, credits.c.at > case.now - YEAR)
    return case.connection.scalar(counted) or 0
