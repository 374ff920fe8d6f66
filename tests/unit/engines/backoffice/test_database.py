"""A back office that does not answer costs those who ask first some time, and nobody else anything."""

from __future__ import annotations

import asyncio
import sqlite3
from contextvars import ContextVar
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Engine, event

from app.core.exceptions import BackOfficeUnavailable
from app.core.threads import OFFICE_THREADS, in_office
from app.engines.backoffice.database import REST, Database

SECONDS = 10.0


class Server:
    """It fails after so many seconds of its own clock."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.now, self.asked = seconds, 0.0, 0

    def clock(self) -> float:
        return self.now

    def fail(self) -> None:
        self.asked += 1
        self.now += self.seconds

    def prepare(self, _database: Database) -> None:
        self.fail()
        raise BackOfficeUnavailable


def ask(database: Database) -> None:
    with pytest.raises(BackOfficeUnavailable), database.reading():
        pass


@pytest.mark.parametrize(("seconds", "asked"), [(SECONDS, 1), (0.1, 3)])
def test_a_slow_failure_is_remembered_for_a_while_and_a_quick_one_is_not(
    tmp_path: Path, seconds: float, asked: int
) -> None:
    server = Server(seconds)
    database = Database(tmp_path / "office.sqlite", server.prepare, server.clock)
    for _ in range(3):
        ask(database)
    assert server.asked == asked
    server.now += REST
    ask(database)
    assert server.asked == asked + 1


def test_a_server_that_falls_silent_after_it_was_opened_is_not_asked_by_everybody(tmp_path: Path) -> None:
    server = Server(SECONDS)
    database = Database(tmp_path / "office.sqlite", lambda _: None, server.clock)

    def silent(_connection: Any, _record: object) -> None:
        server.fail()
        raise sqlite3.OperationalError

    event.listen(Engine, "connect", silent)
    try:
        for _ in range(3):
            ask(database)
    finally:
        event.remove(Engine, "connect", silent)
    assert server.asked == 1
    ask(database)
    server.now += REST
    with database.reading():
        pass
    database.close()


@pytest.mark.anyio
async def test_the_threads_of_everybody_stay_free_while_the_back_office_is_silent() -> None:
    answers = Event()
    waiting = [asyncio.create_task(in_office(answers.wait)) for _ in range(2 * OFFICE_THREADS)]
    try:
        assert await asyncio.to_thread(lambda: "served") == "served"
    finally:
        answers.set()
        assert all(await asyncio.gather(*waiting))


@pytest.mark.anyio
async def test_what_is_known_of_a_request_is_known_in_the_office_too() -> None:
    known: ContextVar[str] = ContextVar("known")
    known.set("r-1")
    assert await in_office(known.get) == "r-1"
