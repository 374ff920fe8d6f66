"""`SqlBackOffice`: the back office over its database, and a variant whose transactions are rolled back."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, select

from app.core.actions import BY_TOOL, Action, Quote
from app.core.backoffice import (
    Account,
    ActionApproval,
    ActionContext,
    BookedCall,
    Effect,
    Incident,
    Order,
    Outcome,
    Payment,
    Policy,
    Ticket,
    Worth,
)
from app.core.catalogue import Item, Plan
from app.core.clock import Clock, utcnow
from app.core.company import Company, in_use
from app.core.exceptions import ApprovalDecided
from app.core.proposals import Consent, is_covered
from app.engines.backoffice import approvals, audit, past, records, repeats
from app.engines.backoffice.actions import carry_out
from app.engines.backoffice.actions.context import ActionRun
from app.engines.backoffice.database import Database, clear, prepare
from app.engines.backoffice.demo import fill
from app.engines.backoffice.outcomes import refused
from app.engines.backoffice.pricing import quote
from app.engines.backoffice.rehearsal import rehearse
from app.engines.backoffice.tables import incidents


@dataclass(frozen=True)
class Unwritten:
    """Each writing transaction on `real` is rolled back, however it ends. It opens and closes with `real`."""

    real: Database

    def reading(self) -> AbstractContextManager[Connection]:
        return self.real.reading()

    @contextmanager
    def writing(self, *names: str) -> Iterator[Connection]:
        with self.real.writing(*names) as connection:
            try:
                yield connection
            finally:
                connection.rollback()

    def close(self) -> None:
        """The real one stays open."""


def storable(action: Action) -> Action:
    """A mark instead of NUL, which a model may write and PostgreSQL does not take."""
    given = {name: getattr(action, name) for name in type(action).model_fields}
    return action.model_copy(update={k: without_nul(v) for k, v in given.items() if isinstance(v, str)})


def without_nul(text: str) -> str:
    return text.replace("\0", "\ufffd")


def action_of(approval: ActionApproval) -> Action:
    return BY_TOOL[approval.tool].model_validate(approval.arguments)


class SqlBackOffice:
    """`storage` is the path of an SQLite file or an SQLAlchemy DSN. Nothing is opened before first use.

    With `demo`, a database without customers gets the demo data.
    """

    def __init__(
        self,
        storage: str | Path,
        policy: Policy | None = None,
        demo: bool = False,
        clock: Clock = utcnow,
        company: Company | None = None,
    ) -> None:
        self._company = company or in_use()
        self._policy = policy or self._company.policy
        self._clock = clock
        self._demo = demo
        self._database: Database | Unwritten = Database(storage, self._prepare)

    @property
    def storage(self) -> str | None:
        """None for a copy in memory."""
        return self._database.storage if isinstance(self._database, Database) else None

    def rehearsed(self) -> SqlBackOffice:
        """Answers an action as this one would now; what was done for the same turn already it answers again.

        It shares the connections and leaves no trace.
        """
        assert isinstance(self._database, Database)
        twin = copy(self)
        twin._database = Unwritten(self._database)
        return twin

    def as_of(self, customer_id: str, moment: datetime, clock: Clock) -> SqlBackOffice:
        """A copy of a customer's records as they stood then, in which acts have effects; `close` ends it."""
        with self._database.reading() as connection:
            found = past.records_at(connection, customer_id, moment)
        twin = copy(self)
        twin._database, twin._clock, twin._demo = past.PrivateCopy(found), clock, False
        return twin

    def close(self) -> None:
        """The next use opens it again."""
        self._database.close()

    def account(self, customer_id: str) -> Account | None:
        with self._database.reading() as connection:
            return records.account_of(connection, customer_id)

    def plans(self) -> list[Plan]:
        return list(self._company.catalogue.plans.values())

    def items(self) -> list[Item]:
        return list(self._company.catalogue.items.values())

    def incidents(self, since: datetime | None = None) -> list[Incident]:
        wanted = select(incidents).order_by(incidents.c.since.desc(), incidents.c.number.desc())
        if since is None:
            wanted = wanted.where(incidents.c.until.is_(None))
        else:
            wanted = wanted.where(incidents.c.until.is_(None) | (incidents.c.until > since))
        with self._database.reading() as connection:
            return [Incident.model_validate(row._asdict()) for row in connection.execute(wanted)]

    def payments(self, customer_id: str) -> list[Payment]:
        with self._database.reading() as connection:
            return records.payments_of(connection, customer_id)

    def worths(self, customer_ids: Collection[str]) -> dict[str, Worth]:
        with self._database.reading() as connection:
            return records.worths_of(connection, customer_ids)

    def orders(self, customer_id: str) -> list[Order]:
        with self._database.reading() as connection:
            return records.orders_of(connection, customer_id)

    def tickets(self, customer_id: str) -> list[Ticket]:
        with self._database.reading() as connection:
            return records.tickets_of(connection, customer_id)

    def calls(self, customer_id: str) -> list[BookedCall]:
        with self._database.reading() as connection:
            return records.calls_of(connection, customer_id)

    def quote(self, customer_id: str, wanted: Quote) -> Outcome:
        """Whoever is not a customer yet hears the full price."""
        with self._database.reading() as connection:
            customer = records.customer_of(connection, customer_id)
        return quote(self._company, customer.discount if customer else "none", wanted)

    def propose(self, origin: ActionContext, action: Action) -> Outcome:
        twin = self if isinstance(self._database, Unwritten) else self.rehearsed()
        return twin._rehearse(origin, storable(action))

    def act(self, origin: ActionContext, action: Action, consent: Consent | None = None) -> Outcome:
        if not is_covered(consent, origin, action):
            return refused("not_confirmed")
        action, proposal = storable(action), consent.proposal if consent else ""
        with self._database.writing(f"dialog {origin.dialog_id}", _of(origin.customer_id)) as connection:
            if kept := _kept(connection, origin, action, proposal):
                return kept
            now, before = self._clock(), past.snapshot(connection, origin.customer_id)
            outcome = self._carry_out(connection, origin, action, now)
            if outcome.status == "approval" and not outcome.number:
                stands = repeats.approval(connection, origin, action, now, self._policy)
                stands = stands or repeats.waiting(connection, origin, action, self._policy)
                outcome = stands or approvals.enter_approval(connection, origin, action, outcome, now)
            undo = past.changes(before, past.snapshot(connection, origin.customer_id))
            audit.write(connection, origin, action, outcome, now, proposal=proposal, undo=undo)
            return outcome

    def effects(self, dialog_id: str, seq: int | None = None) -> list[Effect]:
        with self._database.reading() as connection:
            return audit.read_audit(connection, dialog_id, seq)

    def approvals(self, status: str | None = "pending", limit: int | None = None) -> list[ActionApproval]:
        with self._database.reading() as connection:
            return approvals.listing(connection, status, limit)

    def approval(self, number: str) -> ActionApproval:
        with self._database.reading() as connection:
            return approvals.read_approval(connection, number)

    def decide(self, number: str, approved: bool, by: str, note: str = "") -> ActionApproval:
        with self._database.writing(_of(self.approval(number).origin.customer_id)) as connection:
            asked = approvals.read_approval(connection, number)
            word = "approved" if approved else "rejected"
            if asked.status == word:
                return asked
            if asked.status != "pending":
                raise ApprovalDecided(number, asked.status)
            now, action = self._clock(), action_of(asked)
            before = past.snapshot(connection, asked.origin.customer_id)
            outcome = (
                self._carry_out(connection, asked.origin, action, now, asked)
                if approved
                else refused("rejected", number)
            )
            said = {"decided_by": without_nul(by), "note": without_nul(note)}
            settled = {"status": word, "decided_at": now, "outcome": outcome, **said}
            decided = asked.model_copy(update=settled)
            approvals.settle(connection, decided)
            undo = past.changes(before, past.snapshot(connection, asked.origin.customer_id))
            audit.write(connection, asked.origin, action, outcome, now, without_nul(by), undo=undo)
            return decided

    def seed(self) -> bool:
        """Demo data into a database without customers. False where there is one already."""
        with self._database.writing("demo data") as connection:
            if records.has_customers(connection):
                return False
            fill(connection, self._clock(), self._company)
            return True

    def reset(self) -> None:
        """Drops every record and gives the demo data, in one step."""
        with self._database.writing("demo data") as connection:
            clear(connection)
            fill(connection, self._clock(), self._company)

    def counts(self) -> dict[str, int]:
        """How many records there are of each kind."""
        with self._database.reading() as connection:
            return records.counts(connection)

    def _carry_out(
        self,
        connection: Connection,
        origin: ActionContext,
        action: Action,
        now: datetime,
        approved: ActionApproval | None = None,
    ) -> Outcome:
        customer = records.customer_of(connection, origin.customer_id)
        if customer is None:
            return refused("unknown_customer")
        run = ActionRun(connection, origin, customer, now, self._policy, self._company, approved)
        return carry_out(run, action)

    def _rehearse(self, origin: ActionContext, action: Action) -> Outcome:
        with self._database.writing(f"dialog {origin.dialog_id}", _of(origin.customer_id)) as connection:
            if kept := audit.find_outcome(connection, origin, action):
                return kept
            now = self._clock()
            attempt = partial(self._try, connection, origin, now)
            return rehearse(connection, origin, action, now, self._policy, attempt)

    def _try(
        self,
        connection: Connection,
        origin: ActionContext,
        now: datetime,
        action: Action,
        approved: ActionApproval | None,
    ) -> Outcome:
        return self._carry_out(connection, origin, action, now, approved)

    def _prepare(self, database: Database) -> None:
        prepare(
            database,
            (lambda connection: fill(connection, self._clock(), self._company)) if self._demo else None,
        )


def _kept(connection: Connection, origin: ActionContext, action: Action, proposal: str) -> Outcome | None:
    confirmed = audit.find_confirmed(connection, origin, proposal) if proposal else None
    return confirmed or audit.find_outcome(connection, origin, action)


def _of(customer_id: str) -> str:
    return f"customer {customer_id}"
