"""Servers for the tests that leave nothing behind; a fresh one where a test needs its own."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
import stamina

from tests.support.mock_llm import MockProvider, running_mock
from tests.support.server import client


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    with client(tmp_path_factory.mktemp("dialogs")) as http:
        yield http


@pytest.fixture
def dialog(http: httpx2.Client) -> str:
    created = http.post("/api/v1/dialogue/create", json={"customer_id": "customer_123"})
    return str(created.json()["dialog_id"])


@pytest.fixture(scope="session")
def provider() -> Iterator[MockProvider]:
    with running_mock() as provider:
        yield provider


@pytest.fixture
def mock(provider: MockProvider) -> Iterator[MockProvider]:
    """A provider that is healthy at first; the pauses between attempts take no time."""
    provider.reset()
    with stamina.set_testing(True, attempts=3, cap=True):
        yield provider
