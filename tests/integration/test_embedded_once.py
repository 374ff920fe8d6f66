"""A line is embedded once in a turn, and read once, however many tools the embedded model calls."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from app.adapters.embeddings import nano_e5
from app.adapters.embeddings.encoder import Engine, SentenceEncoder
from app.bootstrap import build
from app.core.ports import Vectors
from app.engines.understanding.parts import Part
from app.engines.understanding.reader import LineReader
from app.services.workbench import Workbench
from tests.support.server import settings

pytestmark = pytest.mark.anyio
WITH_A_TOOL, SHORT = "Покажите мои платежи", "а почему столько"


class CountingEngine:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.dim = engine.dim
        self.encoded: list[str] = []

    def count(self, text: str) -> int:
        return self._engine.count(text)

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        return self._engine.encode(texts)


@pytest.fixture
def engine() -> CountingEngine:
    found = nano_e5.load()
    if found is None:
        pytest.skip("no encoder for this machine")
    return CountingEngine(found)


@pytest.fixture
def bench(tmp_path: Path, engine: CountingEngine) -> Workbench:
    return build(settings(tmp_path / "dialogs", router="local"), embedder=SentenceEncoder(engine))


@pytest.fixture
def lines_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    read = LineReader.read_parts

    def counting(reader: LineReader, line: str) -> list[Part]:
        found.append(line)
        return read(reader, line)

    monkeypatch.setattr(LineReader, "read_parts", counting)
    return found


async def test_beside_an_open_matter_a_short_line_costs_one_embedding_and_one_reading(
    bench: Workbench, engine: CountingEngine, lines_read: list[str]
) -> None:
    engine.encoded.clear()
    dialog_id = str((await bench.dialogs.create("customer_123", WITH_A_TOOL)).body["dialog_id"])
    assert (len(engine.encoded), len(lines_read)) == (1, 1)
    tools = [m.turn.tools for m in (await bench.dialogs.store.read(dialog_id)).messages if m.turn]
    assert [use.name for uses in tools for use in uses] == ["find_payments"]
    await bench.dialogs.send(dialog_id, SHORT)
    assert (len(engine.encoded), len(lines_read)) == (2, 2)
