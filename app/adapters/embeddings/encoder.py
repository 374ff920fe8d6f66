"""Sentence vectors from any `Engine`: text is normalised and bounded, recent vectors are cached."""

from __future__ import annotations

import unicodedata
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Protocol

import numpy as np

from app.core.ports import TOKENS, Vectors
from app.core.text import clean, ends, excerpt

WORDS = 60
LETTERS, BYTES = 1_200, 2_400
SEEN = 4 * LETTERS  # letters that are normalised: the rest of a long text costs nothing


def bounded(text: str) -> str:
    """NFKC without invisible characters, NUL or lone surrogates; head and tail of what is long.

    One letter may stand for eighteen (U+FDFA), so letters and bytes are counted after normalisation.
    """
    normal = unicodedata.normalize("NFKC", clean(ends(text, SEEN)))
    short = ends(excerpt(" ".join(normal.split()), WORDS), LETTERS)
    data = short.encode()
    if len(data) <= BYTES:
        return short
    half = BYTES // 2 - 1
    return f"{data[:half].decode(errors='ignore')} {data[-half:].decode(errors='ignore')}"


KEPT = 512
BATCH = 16  # texts an engine works on at once; 16 of the longest take about 40 MB meanwhile


class Engine(Protocol):
    """A runtime of a sentence encoder. Thread-safe, and safe with any str: it sees customers' words."""

    dim: int

    def count(self, text: str) -> int:
        """Tokens that `text` would cost, those of prefix and ends included."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, one row a text."""
        ...


class SentenceEncoder:
    """The Embedder over an engine. Thread-safe."""

    def __init__(self, engine: Engine, kept: int = KEPT) -> None:
        self._engine = engine
        self._most = kept
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    def fresh(self, kept: int = KEPT) -> SentenceEncoder:
        """Over the same engine, with nothing kept yet, and never more than so many texts."""
        return SentenceEncoder(self._engine, kept)

    def embed(self, texts: Sequence[str], tokens: int = TOKENS) -> Vectors:
        wanted = [self._fitting(text, tokens) for text in texts]
        found = self._recall(wanted)
        missing = sorted({text for text in wanted if text not in found}, key=len)
        for start in range(0, len(missing), BATCH):
            part = missing[start : start + BATCH]
            found.update(zip(part, self._engine.encode(part), strict=True))
        self._keep(found)
        rows = [found[text] for text in wanted]
        return np.stack(rows) if rows else np.empty((0, self._engine.dim), dtype=np.float32)

    def _fitting(self, text: str, tokens: int) -> str:
        """Head and tail of at most so many tokens: letters are taken away until it fits."""
        short = bounded(text)
        while short and (count := self._engine.count(short)) > tokens:
            short = ends(short, len(short) * tokens // (count + 1))
        return short

    def _recall(self, texts: list[str]) -> dict[str, Vectors]:
        with self._lock:
            return {text: self._kept[text] for text in texts if text in self._kept}

    def _keep(self, found: dict[str, Vectors]) -> None:
        with self._lock:
            for text, vector in found.items():
                self._kept[text] = vector
                self._kept.move_to_end(text)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
