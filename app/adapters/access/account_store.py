"""Accounts of people in a SQLite file beside the keys."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import (
    Column,
    DateTime,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from app.adapters.access.owned_tables import OwnedTables, aware, plain
from app.core.accounts import PersonAccount, Role

metadata = MetaData()
accounts = Table(
    "accounts",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("disabled_at", DateTime),
)


class SqliteAccounts:
    """Inert until used."""

    def __init__(self, folder: Path) -> None:
        self._tables = OwnedTables(folder / "accounts.sqlite", metadata)

    def add(self, account: PersonAccount) -> bool:
        values = {
            "id": account.id,
            "name": account.name,
            "role": account.role,
            "digest": account.digest,
            "version": account.version,
            "created_at": plain(account.created_at),
        }
        with self._tables.begin() as connection:
            adding = insert(accounts).values(values).on_conflict_do_nothing()
            return bool(connection.execute(adding).rowcount)

    def find(self, account_id: str) -> PersonAccount | None:
        with self._tables.begin() as connection:
            row = connection.execute(select(accounts).where(accounts.c.id == account_id)).first()
        return _account(row) if row else None

    def list(self) -> list[PersonAccount]:
        with self._tables.begin() as connection:
            return [_account(row) for row in connection.execute(select(accounts).order_by("created_at"))]

    def change(
        self,
        account_id: str,
        *,
        role: Role | None = None,
        digest: str | None = None,
        disabled_at: datetime | None = None,
    ) -> bool:
        given = {"role": role, "digest": digest, "disabled_at": plain(disabled_at)}
        values = {name: value for name, value in given.items() if value is not None}
        changing = update(accounts).where(accounts.c.id == account_id)
        with self._tables.begin() as connection:
            changed = connection.execute(changing.values(version=accounts.c.version + 1, **values))
        return bool(changed.rowcount)

    def close(self) -> None:
        self._tables.close()


def _account(row: Row[tuple[object, ...]]) -> PersonAccount:
    ended = aware(row.disabled_at)
    created = row.created_at.replace(tzinfo=UTC)
    return PersonAccount(row.id, row.name, row.role, row.digest, row.version, created, ended)
