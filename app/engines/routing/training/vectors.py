"""Sentence vectors of lines that were fitted before: another fit takes seconds instead of minutes."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from app.core import durable
from app.core.ports import TOKENS, Embedder, Vectors
from app.engines.routing.artefact import SHIPPED, data_hash, load
from app.engines.routing.model import Floats, Landmarks
from app.engines.routing.training.fit import texts_of
from app.engines.routing.training.lines import read_lines

KEY = 16  # bytes of SHA-256 of the text: the file holds no words of customers


class CachedEmbedder:
    """An embedder that asks `embedder` only for texts it has no vector of."""

    def __init__(self, embedder: Embedder, known: Mapping[bytes, Vectors]) -> None:
        self._embedder = embedder
        self._known = dict(known)
        self.learnt: dict[bytes, Vectors] = {}

    def missing(self, texts: Sequence[str]) -> int:
        return len({key for text in texts if (key := key_of(text)) not in self._known})

    def embed(self, texts: Sequence[str], tokens: int = TOKENS) -> Vectors:
        keys = [key_of(text) for text in texts]
        wanted = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if wanted:
            new = dict(zip(wanted, self._embedder.embed(list(wanted.values()), tokens), strict=True))
            self._known.update(new)
            self.learnt.update(new)
        return np.stack([self._known[key] for key in keys]).astype(np.float32)


def key_of(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:KEY]


def shipped_vectors(train_dir: Path) -> dict[bytes, Vectors]:
    """From the shipped landmarks, where these are the files they were fitted on; else nothing."""
    artefact = load(SHIPPED)
    if artefact.meta.data_hash != data_hash(train_dir):
        return {}
    _, texts = texts_of(read_lines(train_dir))
    return dict(zip(map(key_of, texts), restore_mean(artefact.landmarks), strict=True))


def restore_mean(landmarks: Landmarks) -> Floats:
    """Sentence vectors v of length 1 from c = (v - m) / |v - m|: v = m + t c with t > 0 and |v| = 1.

    Exact but for the few bits in which landmarks are kept.
    """
    mean = landmarks.mean.astype(np.float64)
    rows = landmarks.vectors / np.linalg.norm(landmarks.vectors, axis=1, keepdims=True)
    along = rows @ mean
    steps = np.sqrt(np.maximum(along**2 - mean @ mean + 1, 0)) - along
    return np.asarray(mean + steps[:, None] * rows, dtype=np.float32)


def read_vectors(path: Path) -> dict[bytes, Vectors]:
    """Nothing where the file is missing or cannot be used: a cache is made anew."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            keys, rows = stored["keys"], stored["rows"].astype(np.float32)
            return {key.tobytes(): row for key, row in zip(keys, rows, strict=True)}
    except (OSError, EOFError, ValueError, LookupError, AttributeError, BadZipFile):
        return {}


def add_vectors(path: Path, learnt: Mapping[bytes, Vectors]) -> None:
    """All or nothing; half precision is closer than the bits that landmarks keep."""
    if not learnt:
        return
    together = {**read_vectors(path), **learnt}
    keys = np.frombuffer(b"".join(together), dtype=np.uint8).reshape(-1, KEY)
    rows = np.stack(list(together.values())).astype(np.float16)
    packed = io.BytesIO()
    np.savez(packed, allow_pickle=False, keys=keys, rows=rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    durable.write(path, packed.getvalue())
