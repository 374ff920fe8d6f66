"""The database (SQLite file or PostgreSQL): opened on first use, migrated and seeded once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

from filelock import FileLock
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, ProgrammingError, TimeoutError

from app.core.exceptions import BackOfficeUnavailable, SettingInvalid
from app.engines.backoffice.records import has_customers
from app.engines.backoffice.tables import metadata

WAIT = 10
"""Seconds that a writer waits for another one, and everybody for a server to answer at all."""
SLOW, REST = 1, 5
"""Seconds: what took longer than SLOW to fail is not tried again for REST. A quick failure costs nothing."""


class Database:
    """Inert until used. `prepare` runs before the first use; when it fails, a later use tries again.

    A server that does not answer is waited for by those who come first; who comes next is told at once.
    """

    def __init__(
        self,
        storage: str | Path,
        prepare: Callable[[Database], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.storage = str(storage).removeprefix("sqlite:///")
        self._prepare = prepare
        self._clock = clock
        self._opened: Engine | None = None
        self._turn = Lock()
        self._rests_until = float("-inf")

    @property
    def file(self) -> Path | None:
        """None where a server keeps the records."""
        return None if "://" in self.storage else Path(self.storage)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with unavailable(), self._connected() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, *names: str) -> Iterator[Connection]:
        """One transaction. SQLite lets one writer in; PostgreSQL one for each of the names."""
        with unavailable(), self._connected() as connection, write_on(connection):
            if connection.dialect.name == "postgresql":
                for name in names:
                    hold(connection, name)
            yield connection

    def connect(self) -> Engine:
        """An engine without preparation."""
        with unavailable():
            return make_engine(self.storage, self.file)

    def close(self) -> None:
        with self._turn:
            if self._opened is not None:
                self._opened.dispose()
            self._opened = None

    def _connected(self) -> Connection:
        engine = self._engine()
        with self._attempt(), unavailable():
            return engine.connect()

    def _engine(self) -> Engine:
        with self._turn:
            if self._opened is None:
                with self._attempt():
                    self._prepare(self)
                self._opened = self.connect()
            return self._opened

    @contextmanager
    def _attempt(self) -> Iterator[None]:
        began = self._clock()
        if began < self._rests_until:
            raise BackOfficeUnavailable
        try:
            yield
        except BackOfficeUnavailable:
            failed = self._clock()
            if failed - began > SLOW:
                self._rests_until = failed + REST
            raise


def make_engine(storage: str, file: Path | None) -> Engine:
    if file is None:
        url = make_url(storage)
        if url.drivername in ("postgres", "postgresql"):
            url = url.set(drivername="postgresql+psycopg")
        try:
            silence = {"connect_timeout": WAIT, "tcp_user_timeout": WAIT * 1000}
            return create_engine(url, pool_pre_ping=True, connect_args=silence)
        except ImportError as error:
            how = f"{error.name} is not installed: pip install 'call-center-agents[postgres]'"
            raise SettingInvalid("BACKOFFICE_STORAGE", how) from None
    engine = create_engine(URL.create("sqlite", database=str(file)), connect_args={"timeout": WAIT})
    event.listen(engine, "connect", _settle)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def begin_writing(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection, write_on(connection):
        yield connection


@contextmanager
def write_on(connection: Connection) -> Iterator[None]:
    with connection.execution_options(writes=True).begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT}s'"))
        yield


def hold(connection: Connection, name: str) -> None:
    """Until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


@contextmanager
def unavailable() -> Iterator[None]:
    """What the medium does wrong becomes a situation; what we do wrong stays what it is.

    The driver's own errors come bare while a connection is made.
    """
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise
    except (DBAPIError, TimeoutError, OSError, ArgumentError, sqlite3.Error) as error:
        raise BackOfficeUnavailable from error


def _settle(connection: Any, _record: object) -> None:
    """The driver must not begin transactions by itself: it would begin them without the write lock."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def mask_password(storage: str) -> str:
    """For people: without the password."""
    return make_url(storage).render_as_string(hide_password=True) if "://" in storage else storage


MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0007"
PATIENCE = 60
"""Seconds that one waits for another's preparation."""

Fill = Callable[[Connection], None]


def prepare(database: Database, fill: Fill | None) -> None:
    """`fill` runs only where there is no customer yet. One transaction: all of it happens, or nothing."""
    with alone(database) as engine:
        with engine.begin() as connection:
            if revision_of(connection) == HEAD and (fill is None or has_customers(connection)):
                return
        with begin_writing(engine) as connection:
            if connection.dialect.name == "postgresql":
                hold(connection, "back office migrations")
            if revision_of(connection) != HEAD:
                migrate(connection)
            if fill is not None and not has_customers(connection):
                fill(connection)


@contextmanager
def alone(database: Database) -> Iterator[Engine]:
    """A lock beside the file; on a server the transaction itself takes one."""
    engine = database.connect()
    try:
        with unavailable():
            if database.file is None:
                yield engine
            else:
                database.file.parent.mkdir(parents=True, exist_ok=True)
                with FileLock(f"{database.file}.lock", timeout=PATIENCE):
                    _keep_a_log(engine)
                    yield engine
    finally:
        engine.dispose()


def revision_of(connection: Connection) -> str | None:
    """None for an empty database. Without alembic, which takes longer to import than this to run."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def migrate(connection: Connection, revision: str = "head") -> None:
    """Forwards to `head`, or backwards to a revision. A database newer than this code is left alone."""
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        (command.upgrade if revision == "head" else command.downgrade)(config, revision)
    except CommandError as error:
        raise BackOfficeUnavailable from error


def clear(connection: Connection) -> None:
    """Every record; the tables stay, so that a server that runs goes on."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"TRUNCATE {', '.join(metadata.tables)}"))
        return
    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())


def _keep_a_log(engine: Engine) -> None:
    """Readers do not wait for a writer then. The file remembers it."""
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
