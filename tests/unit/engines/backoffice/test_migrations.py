"""Tables are made by revisions, from an empty file and from each earlier one, with the records kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, insert, inspect, text

from app.core.actions import CreateOrder, RefundPayment
from app.core.event_data import key_of
from app.core.exceptions import BackOfficeUnavailable
from app.engines.backoffice.database import (
    HEAD,
    MIGRATIONS,
    Database,
    begin_writing,
    migrate,
    prepare,
    revision_of,
)
from app.engines.backoffice.outbox_rows import metadata as outbox
from app.engines.backoffice.tables import customers, metadata
from tests.support.back_office import OWNER, desk_on

SCRIPTS = ScriptDirectory(str(MIGRATIONS))
EARLIER = [script.revision for script in SCRIPTS.walk_revisions() if script.revision != HEAD]


@contextmanager
def written(file: Path) -> Iterator[Connection]:
    engine = Database(file, lambda _: None).connect()
    with begin_writing(engine) as connection:
        yield connection
    engine.dispose()


def differences(connection: Connection) -> list[object]:
    every = MetaData(naming_convention=metadata.naming_convention)
    for table in [*metadata.sorted_tables, *outbox.sorted_tables]:
        table.to_metadata(every)
    return list(compare_metadata(MigrationContext.configure(connection), every))


def test_the_code_knows_the_newest_revision() -> None:
    assert SCRIPTS.get_heads() == [HEAD]


def test_revisions_make_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    file = tmp_path / "office.sqlite"
    prepare(Database(file, lambda _: None), None)
    with written(file) as connection:
        assert differences(connection) == []
        assert revision_of(connection) == HEAD


@pytest.mark.parametrize("revision", EARLIER)
def test_a_file_of_an_earlier_revision_is_brought_up_to_date_and_keeps_its_records(
    tmp_path: Path, revision: str
) -> None:
    file = tmp_path / "office.sqlite"
    with desk_on(file) as desk:
        payments = desk.office.payments("customer_123")
    with written(file) as connection:
        migrate(connection, revision)
        assert revision_of(connection) == revision
    with desk_on(file) as desk:
        assert desk.office.payments("customer_123") == payments
        assert desk.office.effects("d") == []
    with written(file) as connection:
        assert differences(connection) == []


def test_what_was_done_before_an_action_was_about_a_thing_is_not_done_again(tmp_path: Path) -> None:
    file = tmp_path / "office.sqlite"
    with desk_on(file) as desk:
        payment = desk.payment(OWNER)
        first = desk.ask(OWNER, RefundPayment(payment=payment, amount_rub=1), 1)
        for item in ("hub", "key"):
            desk.ask(OWNER, CreateOrder.model_validate({"item": item, "delivery": "pickup"}), 1)
    with written(file) as connection:
        migrate(connection, "0003")
    with desk_on(file) as desk:
        assert desk.ask(OWNER, RefundPayment(payment=payment, amount_rub=2, reason="worded anew"), 1) == first
        told = [key_of(effect) for effect in desk.office.effects(f"d-{OWNER}")]
    assert told == ["1/refund_payment", "1/create_order", "1/create_order"]


def test_all_of_it_can_be_taken_back(tmp_path: Path) -> None:
    file = tmp_path / "office.sqlite"
    prepare(Database(file, lambda _: None), None)
    with written(file) as connection:
        migrate(connection, "base")
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
    with desk_on(file) as desk:
        assert desk.office.account("customer_123") is not None


def test_a_file_of_newer_code_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "office.sqlite"
    prepare(Database(file, lambda _: None), None)
    with written(file) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with desk_on(file) as desk, pytest.raises(BackOfficeUnavailable):
        desk.office.account("customer_123")
    with written(file) as connection:
        assert revision_of(connection) == "9999"


def test_a_database_with_customers_gets_no_demo_data(tmp_path: Path) -> None:
    file = tmp_path / "office.sqlite"
    prepare(Database(file, lambda _: None), None)
    with written(file) as connection:
        person = {"customer_id": "real", "name": "Имя", "email": "", "phone": "", "since": date(2026, 1, 1)}
        connection.execute(insert(customers).values(**person, discount="none"))
    with desk_on(file) as desk:
        assert desk.office.account("customer_123") is None
        assert desk.office.account("real") is not None


def test_without_demo_an_empty_database_stays_empty(tmp_path: Path) -> None:
    with desk_on(tmp_path / "office.sqlite", demo=False) as desk:
        assert set(desk.office.counts().values()) == {0}


def test_demo_data_is_the_same_for_the_same_moment_and_uses_reserved_addresses(tmp_path: Path) -> None:
    people = []
    for name in "ab":
        with desk_on(tmp_path / name) as desk:
            customers = [desk.office.account(f"demo_{c}") for c in ("en", "trial", "vip", "goods")]
            people.append((customers, desk.office.payments("demo_vip"), desk.office.incidents()))
    assert people[0] == people[1]
    for account in people[0][0]:
        assert account is not None
        assert account.customer.email.rpartition("@")[2] in ("example.com", "example.ru")
