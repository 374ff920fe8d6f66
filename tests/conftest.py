"""What every test shares."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

# No example is judged by the clock, which runs fast where the machine is busy.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

STORAGE = {
    "BACKOFFICE_STORAGE": "backoffice.sqlite",
    "CHECKPOINT_STORAGE": "checkpoints",
    "KNOWLEDGE_STORAGE": "knowledge",
}
"""Settings that lead to the working folder unless a test names another place."""
NUMBERS = count()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _storage_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """For what is built once for many tests; the base of the folders of single tests."""
    base = tmp_path_factory.mktemp("storage")
    with pytest.MonkeyPatch.context() as patch:
        _set_storage(patch, base)
        yield base


@pytest.fixture(autouse=True)
def _storage_of_this_test(_storage_of_this_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted here: `mktemp` lists all folders of the run for each new one."""
    folder = _storage_of_this_run / f"test-{next(NUMBERS)}"
    folder.mkdir()
    _set_storage(monkeypatch, folder)


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """What one test sets up does not write to its closed stream in the next ones."""
    yield
    structlog.reset_defaults()


def _set_storage(patch: pytest.MonkeyPatch, folder: Path) -> None:
    for name, place in STORAGE.items():
        patch.setenv(name, str(folder / place))
