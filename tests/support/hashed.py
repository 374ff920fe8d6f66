"""A little house to fit a router for, and a stand-in for sentence vectors."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from app.core.ports import TOKENS, Vectors

LABELS = {"tech_support": "error", "sales": "price", "supervisor": "refund"}
THINGS = ["phone", "plan", "order", "bill", "door", "seat", "game", "card", "boat", "shoe"]


class Hashed:
    """A stand-in for sentence vectors: the same text, the same row."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], tokens: int = TOKENS) -> Vectors:
        self.asked += texts
        rows = [np.random.default_rng(zlib.crc32(text.encode())).normal(size=16) for text in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)
