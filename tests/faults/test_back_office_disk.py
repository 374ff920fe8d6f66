"""A medium that is full, read-only, damaged or away is told; nothing changes, and it heals."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from app.core.actions import OpenTicket
from app.core.exceptions import BackOfficeUnavailable, SettingInvalid
from app.engines.backoffice.office import SqlBackOffice
from tests.support.back_office import Desk, desk_on

OWNER = "customer_123"
LONG = OpenTicket(subject="Не открывается файл", details="д" * 4000)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_on(tmp_path / "office.sqlite") as opened:
        opened.office.incidents()
        yield opened


@contextmanager
def every_connection(pragma: str) -> Iterator[None]:
    def set_it(connection: Any, _record: object) -> None:
        connection.execute(pragma)

    event.listen(Engine, "connect", set_it)
    try:
        yield
    finally:
        event.remove(Engine, "connect", set_it)


def write_fifty(desk: Desk) -> None:
    for seq in range(50):
        another = LONG.model_copy(update={"subject": f"{LONG.subject} {seq}"})
        assert desk.ask(OWNER, another, seq).status == "done"


def pages(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("PRAGMA page_count").fetchone()[0])


@pytest.mark.parametrize(
    "pragma", [lambda file: f"PRAGMA max_page_count = {pages(file)}", lambda _: "PRAGMA query_only = ON"]
)
def test_a_full_or_read_only_medium_is_told_and_heals(
    desk: Desk, tmp_path: Path, pragma: Callable[[Path], str]
) -> None:
    desk.office.close()
    before = desk.office.counts()
    desk.office.close()
    with every_connection(pragma(tmp_path / "office.sqlite")):
        with pytest.raises(BackOfficeUnavailable):
            write_fifty(desk)
        assert desk.office.account(OWNER) is not None
        desk.office.close()
    written = desk.office.counts()["tickets"] - before["tickets"]
    assert len(desk.office.effects(f"d-{OWNER}")) == written < 50
    write_fifty(desk)
    assert desk.office.counts()["tickets"] - before["tickets"] == 50


def test_a_writer_that_waits_too_long_is_told(desk: Desk, tmp_path: Path) -> None:
    desk.office.close()
    with every_connection("PRAGMA busy_timeout = 50"):
        desk.office.incidents()
        with closing(sqlite3.connect(tmp_path / "office.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(BackOfficeUnavailable):
                desk.ask(OWNER, LONG, 1)
            assert desk.office.account(OWNER) is not None, "readers do not wait for writers"
            other.execute("ROLLBACK")
        assert desk.ask(OWNER, LONG, 1).status == "done"


def test_a_folder_that_cannot_be_made_is_told_and_the_next_use_tries_again(tmp_path: Path) -> None:
    (tmp_path / "storage").write_text("a file where a folder should be")
    with desk_on(tmp_path / "storage" / "office.sqlite") as desk:
        for _ in range(2):
            with pytest.raises(BackOfficeUnavailable):
                desk.office.account(OWNER)
        (tmp_path / "storage").unlink()
        assert desk.office.account(OWNER) is not None


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "office.sqlite"
    file.write_bytes(b"photographs" * 1000)
    with desk_on(file) as desk, pytest.raises(BackOfficeUnavailable):
        desk.office.account(OWNER)
    assert file.read_bytes() == b"photographs" * 1000


def test_a_server_that_is_away_is_told() -> None:
    with desk_on("postgresql://nobody@127.0.0.1:1/none") as desk, pytest.raises(BackOfficeUnavailable):
        desk.office.account(OWNER)


def test_a_missing_driver_is_told_with_the_way_to_mend_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with desk_on("postgres://localhost/none") as desk, pytest.raises(SettingInvalid, match="pip install"):
        desk.office.account(OWNER)


def test_nothing_is_opened_before_the_first_use(tmp_path: Path) -> None:
    SqlBackOffice(tmp_path / "deep" / "office.sqlite", demo=True).close()
    assert list(tmp_path.iterdir()) == []
