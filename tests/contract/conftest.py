"""One exam, every backend."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from app.adapters.storage.codec import PLAIN
from app.adapters.storage.encryption import EncryptedCodec
from app.adapters.storage.json_store import JsonStore
from app.adapters.storage.memory_store import MemoryStore
from app.core.ports import DialogStore
from tests.support.back_office import Desk, desk_on, postgres, schema_of


@pytest.fixture(params=["memory", "json", "encrypted"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[DialogStore]:
    codec = EncryptedCodec([Fernet.generate_key().decode()]) if request.param == "encrypted" else PLAIN
    root = tmp_path / "dialogs"
    built: DialogStore = MemoryStore() if request.param == "memory" else JsonStore(root, codec=codec)
    await built.open()
    yield built
    await built.close()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.fixture(scope="session")
def prepared_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that was opened, filled and closed once; tests work on copies."""
    file = tmp_path_factory.mktemp("office") / "deep" / "office.sqlite"
    with desk_on(file) as opened:
        opened.office.plans()
        opened.office.incidents()
    return file


@pytest.fixture(params=["sqlite", "postgres"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, prepared_office: Path) -> Iterator[Desk]:
    if request.param == "sqlite":
        with desk_on(shutil.copy(prepared_office, tmp_path)) as opened:
            yield opened
    else:
        with schema_of(request.getfixturevalue("server")) as dsn, desk_on(dsn) as opened:
            yield opened
