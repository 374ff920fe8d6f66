"""A warm process that forks clerks; each returns a little at every step, and is there to be killed.

`python -m tests.faults.clerks`; every line of stdin, `STORAGE FIRST COUNT`, starts a clerk who acts on
the lines FIRST, FIRST + 1, … It answers `pid N`, the clerk says `ack SEQ NUMBER` after each, and it ends
with `dead`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

# what the first opening would import: the clerks shall spend their time on the file
import alembic.command  # noqa: F401

from app.core.actions import RefundPayment
from app.core.backoffice import ActionContext
from app.engines.backoffice.office import SqlBackOffice
from tests.faults.forks import fork_for_each_line, say
from tests.support.back_office import consent_to
from tests.support.company import COMPANY

CUSTOMER, DIALOG = "demo_vip", "d-demo_vip"
POLICY = COMPANY.policy.model_copy(update={"refunds_per_year": 10**6, "refund_limit_rub": 10**12})


def payment_of(office: SqlBackOffice) -> str:
    return next(p.number for p in office.payments(CUSTOMER) if p.refunded_rub < p.amount_rub)


def amount_of(seq: int) -> int:
    """Another sum at every line: the same one again within minutes is not paid."""
    return seq + 1


def work(storage: str, first: int, count: int) -> None:
    office = SqlBackOffice(storage, POLICY, demo=True)
    payment = payment_of(office)
    for seq in range(first, first + count):
        action = RefundPayment(payment=payment, amount_rub=amount_of(seq))
        origin = ActionContext(dialog_id=DIALOG, seq=seq, customer_id=CUSTOMER)
        outcome = office.act(origin, action, consent_to(origin, action))
        say(f"ack {seq} {outcome.number}")


def told(line: str) -> Callable[[], None]:
    storage, first, count = line.split()
    return partial(work, storage, int(first), int(count))


if __name__ == "__main__":
    fork_for_each_line(told)
