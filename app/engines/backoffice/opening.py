"""Bringing a database up to date, and giving an empty one its demo data: once, whoever starts first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from sqlalchemy import Connection, Engine, inspect, text

from app.core.exceptions import BackOfficeUnavailable
from app.engines.backoffice.database import Database, begin_writing, hold, unavailable
from app.engines.backoffice.records import has_customers
from app.engines.backoffice.tables import metadata

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0004"
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
