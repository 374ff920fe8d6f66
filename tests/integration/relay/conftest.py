"""A webhook over real HTTP, and an outbox on the way to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.mock_crm import RunningCrm, client_at, running_crm
from tests.support.outbox import fresh
from tests.support.post import Post, post_office


@pytest.fixture(scope="package")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An outbox without events; tests work on copies."""
    return fresh(tmp_path_factory.mktemp("outbox") / "outbox.sqlite")


@pytest.fixture
def crm() -> Iterator[RunningCrm]:
    with running_crm("webhook") as crm:
        yield crm


@pytest.fixture
async def post(prepared: Path, tmp_path: Path, crm: RunningCrm) -> AsyncIterator[Post]:
    async with client_at(crm) as client, post_office(prepared, tmp_path, client) as post:
        yield post
