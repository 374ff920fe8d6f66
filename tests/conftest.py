"""What every test shares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

STORAGE = {
    "BACKOFFICE_STORAGE": "backoffice.sqlite",
    "CHECKPOINT_STORAGE": "checkpoints",
    "KNOWLEDGE_STORAGE": "knowledge",
}
"""Settings that lead to the working folder unless a test names another place."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _storage_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For what is built once for many tests."""
    with pytest.MonkeyPatch.context() as patch:
        _lead(patch, tmp_path_factory.mktemp("storage"))
        yield


@pytest.fixture(autouse=True)
def _storage_of_this_test(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    _lead(monkeypatch, tmp_path_factory.mktemp("own"))


def _lead(patch: pytest.MonkeyPatch, folder: Path) -> None:
    for name, place in STORAGE.items():
        patch.setenv(name, str(folder / place))
