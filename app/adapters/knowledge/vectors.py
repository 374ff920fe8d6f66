"""Vectors of the shipped articles, made once by `call-center train --shipped` and kept beside them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import structlog

from app.core.models import Article
from app.core.ports import Embedder, Vectors

log = structlog.get_logger()
SHIPPED = Path(__file__).parent / "vectors.npz"


def phrases(article: Article) -> list[str]:
    """The texts by which an article is found."""
    return [article.title, *article.questions, article.intro]


def digest(articles: Sequence[Article]) -> str:
    """SHA-256 over all phrases in order: tells whether stored vectors belong to these articles."""
    return sha256("\n".join(p for a in articles for p in phrases(a)).encode()).hexdigest()


def save(articles: Sequence[Article], vectors: Vectors, path: Path = SHIPPED) -> None:
    np.savez_compressed(path, vectors=vectors.astype(np.float16), digest=np.array(digest(articles)))


def vectors_of(articles: Sequence[Article], embedder: Embedder, path: Path = SHIPPED) -> Vectors:
    """One unit row a phrase, in the order of `phrases`; embedded anew where the file does not fit."""
    if path.exists():
        with np.load(path, allow_pickle=False) as stored:
            if str(stored["digest"]) == digest(articles):
                return stored["vectors"].astype(np.float32)  # type: ignore[no-any-return]
    log.warning("article_vectors_made_anew", articles=len(articles), mend="call-center train --shipped")
    return embedder.embed([p for a in articles for p in phrases(a)])
