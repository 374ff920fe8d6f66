"""The sentence encoder that is installed. Another engine takes its place here."""

from __future__ import annotations

from app.adapters.embeddings import nano_e5
from app.adapters.embeddings.encoder import SentenceEncoder
from app.core.ports import Embedder


def load_embedder() -> Embedder | None:
    """None where there is no engine for this machine."""
    engine = nano_e5.load()
    return SentenceEncoder(engine) if engine else None
