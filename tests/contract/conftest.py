"""One exam, every backend."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.adapters.storage.json_store import JsonStore
from app.adapters.storage.memory import MemoryStore
from app.core.ports import DialogStore


@pytest.fixture(params=["memory", "json"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[DialogStore]:
    built: DialogStore = MemoryStore() if request.param == "memory" else JsonStore(tmp_path / "dialogs")
    await built.open()
    yield built
    await built.close()
