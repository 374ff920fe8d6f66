"""What LangGraph keeps for us, opened for one piece of work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest

from app.adapters.storage.langgraph_storage import open_checkpoints, open_storage
from app.core.exceptions import StorageUnavailable

pytestmark = pytest.mark.anyio


class Saver:
    """Counts how often it was set up."""

    times = 0

    @classmethod
    @asynccontextmanager
    async def from_conn_string(cls, _: str) -> AsyncIterator[Saver]:
        yield cls()

    async def setup(self) -> None:
        type(self).times += 1


async def test_an_error_of_the_work_inside_is_not_taken_for_one_of_the_storage(tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError):
        async with open_checkpoints(str(tmp_path)):
            raise ConnectionResetError


async def test_a_server_is_set_up_once_a_process_and_again_after_a_failure() -> None:
    def server() -> type[Saver]:
        return Saver

    for _ in range(3):
        async with open_storage("postgresql://localhost/opening", "file", server, server):
            pass
    assert Saver.times == 1
    with pytest.raises(StorageUnavailable):
        async with open_storage("postgresql://localhost/opening", "file", server, server):
            raise psycopg.OperationalError
    async with open_storage("postgresql://localhost/opening", "file", server, server):
        pass
    assert Saver.times == 2
