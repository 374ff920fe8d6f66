"""A customer's data are given out and deleted where back office, memory and checkpoints lie on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import MetaData, create_engine, make_url, select

from app.bootstrap import build
from tests.integration.test_customer_data import CANARY, OTHER, URL, exported, hits, plant
from tests.support.approvals import ANNUAL
from tests.support.back_office import postgres, schema_of
from tests.support.mock_crm import SECRET
from tests.support.server import running, settings

CHECKPOINTS = {"checkpoints", "checkpoint_blobs", "checkpoint_writes"}
pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.fixture
def dsn(server: str) -> Iterator[str]:
    with schema_of(server) as address:
        yield address


@pytest.fixture
def http(dsn: str, tmp_path: Path) -> Iterator[httpx2.Client]:
    crm = {"crm": "webhook", "crm_url": "http://127.0.0.1:9/", "crm_allow_private": True}
    given = {"enable_memory": True, "demo_data": True, "webhook_secret": SecretStr(SECRET)}
    places = {"backoffice_storage": dsn, "checkpoint_storage": dsn}
    bench = build(settings(tmp_path / "dialogs", **places, **crm, **given))
    with running(bench) as url, httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
        yield http


def rows_with(dsn: str, *words: str) -> set[str]:
    """Tables that hold one of the words in any column; without words, those that hold a row."""
    engine, found = create_engine(make_url(dsn).set(drivername="postgresql+psycopg")), MetaData()
    with engine.connect() as connection:
        found.reflect(connection)
        named = {
            name
            for name, table in found.tables.items()
            for row in connection.execute(select(table))
            if not words or any(w in str(row) or w.encode() in b"".join(map(_bytes, row)) for w in words)
        }
    engine.dispose()
    return named


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def test_nothing_of_a_customer_is_left_on_the_server(http: httpx2.Client, dsn: str, tmp_path: Path) -> None:
    plant(http, tmp_path)
    held = exported(http)
    email = held["customers"][0]["email"]
    before = rows_with(dsn, CANARY, ANNUAL, email)
    assert {"customers", "payments", "approvals", "outbox_parcels", "effects"} <= before
    assert rows_with(dsn) >= CHECKPOINTS
    assert "store" in before
    deleted = http.delete(URL).raise_for_status().json()["deleted"]
    assert {kind for kind, count in deleted.items() if count} >= {
        "dialogs",
        "customers",
        "payments",
        "memory",
    }
    assert rows_with(dsn, CANARY, ANNUAL, email) == set()
    assert not CHECKPOINTS & rows_with(dsn)
    assert hits(tmp_path, CANARY, ANNUAL, email) == []
    assert not any(http.delete(URL).json()["deleted"].values())


def test_another_customer_keeps_everything_on_the_server(http: httpx2.Client, tmp_path: Path) -> None:
    plant(http, tmp_path, OTHER)
    plant(http, tmp_path)
    url = f"/api/v1/customers/{OTHER}"
    before = exported(http, url)["manifest"]["records"]
    http.delete(URL).raise_for_status()
    assert exported(http, url)["manifest"]["records"] == before
