"""API keys in a folder: a SQLite file, and the secret that digests and tokens are made with."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from filelock import Timeout
from sqlalchemy import (
    JSON,
    Column,
    MetaData,
    Row,
    String,
    Table,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy import DateTime as SqlDateTime

from app.adapters.access.owned_tables import OwnedTables, alone, aware, plain
from app.core import durable
from app.core.access import ApiKey
from app.core.exceptions import StorageUnavailable

SECRET_BYTES = 32
metadata = MetaData()
keys = Table(
    "keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("digest", String, nullable=False),
    Column("created_at", SqlDateTime, nullable=False),
    Column("expires_at", SqlDateTime),
    Column("used_at", SqlDateTime),
    Column("revoked_at", SqlDateTime),
)


class SqliteKeys:
    """Inert until used. Files are readable by their owner alone."""

    def __init__(self, folder: Path, secret: bytes | None = None) -> None:
        self._folder = folder
        self._given = secret
        self._tables = OwnedTables(folder / "keys.sqlite", metadata)

    def secret(self) -> bytes:
        return self._given or self._kept

    def add(self, key: ApiKey) -> None:
        values = {
            "id": key.id,
            "name": key.name,
            "scopes": sorted(key.scopes),
            "digest": key.digest,
            "created_at": plain(key.created_at),
            "expires_at": plain(key.expires_at),
        }
        with self._tables.begin() as connection:
            connection.execute(insert(keys).values(values))

    def find(self, key_id: str) -> ApiKey | None:
        with self._tables.begin() as connection:
            row = connection.execute(select(keys).where(keys.c.id == key_id)).first()
        return _key(row) if row else None

    def list(self) -> list[ApiKey]:
        with self._tables.begin() as connection:
            return [_key(row) for row in connection.execute(select(keys).order_by(keys.c.created_at))]

    def revoke(self, key_id: str, at: datetime) -> bool:
        longer = or_(keys.c.revoked_at.is_(None), keys.c.revoked_at > plain(at))
        ending = update(keys).where(keys.c.id == key_id, longer).values(revoked_at=plain(at))
        with self._tables.begin() as connection:
            return bool(connection.execute(ending).rowcount)

    def used(self, key_id: str, at: datetime) -> None:
        with self._tables.begin() as connection:
            connection.execute(update(keys).where(keys.c.id == key_id).values(used_at=plain(at)))

    def close(self) -> None:
        self._tables.close()

    @cached_property
    def _kept(self) -> bytes:
        path = self._folder / "secret"
        try:
            with alone(self._folder):
                if not path.exists():
                    durable.write(path, secrets.token_bytes(SECRET_BYTES), durable.OWNER)
                found = path.read_bytes()
        except (OSError, Timeout) as error:
            raise StorageUnavailable from error
        if len(found) != SECRET_BYTES:
            raise StorageUnavailable
        return found


def _key(row: Row[tuple[object, ...]]) -> ApiKey:
    times = {name: aware(getattr(row, name)) for name in ("expires_at", "used_at", "revoked_at")}
    created = row.created_at.replace(tzinfo=UTC)
    return ApiKey(row.id, row.name, frozenset(row.scopes), row.digest, created, **times)
