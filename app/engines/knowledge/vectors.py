"""Vectors are made once: of shipped articles by `call-center train --shipped`, of a team's when added."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from app.core import durable
from app.core.knowledge import Tell, silent
from app.core.models import Article
from app.core.ports import Embedder, Vectors
from app.engines.knowledge.documents.pieces import BETWEEN

log = structlog.get_logger()
SENTENCES = 24  # of a document's piece that are embedded
SHORTEST = 8  # characters of a sentence
_SENTENCE = re.compile(r"(?<=[.!?…;])\s+|\n+")
_MARK = re.compile(r"^(?:\d+\.|[-*•])\s+")
PROBE, NEAR = "орбита", 0.01  # a text that tells one embedder from another, whatever the processor
BATCH = 16


def phrases(article: Article) -> list[str]:
    """The texts by which an article is found. A piece of a document has no questions: its sentences and its
    own heading stand in."""
    if article.questions or not article.source:
        return [article.title, *article.questions, article.intro]
    *above, heading = article.title.split(BETWEEN)
    said = (_MARK.sub("", each).strip() for each in _SENTENCE.split(article.body))
    sentences = [each for each in said if len(each) >= SHORTEST][:SENTENCES]
    return [article.title, *([heading] if above else []), article.intro, *sentences]


def digest(articles: Sequence[Article]) -> str:
    """SHA-256 over all phrases in order: tells whether stored vectors belong to these articles."""
    return _digest([p for a in articles for p in phrases(a)])


def save(articles: Sequence[Article], vectors: Vectors, path: Path) -> None:
    durable.write(path, _packed(vectors=vectors.astype(np.float16), digest=np.array(digest(articles))))


def vectors_of(articles: Sequence[Article], embedder: Embedder, path: Path | None = None) -> Vectors:
    """One unit row a phrase, in the order of `phrases`; embedded anew where the file does not fit."""
    if path is not None and path.exists():
        with np.load(path, allow_pickle=False) as stored:
            width = embedder.embed([PROBE]).shape[1]
            if str(stored["digest"]) == digest(articles) and stored["vectors"].shape[1] == width:
                return stored["vectors"].astype(np.float32)  # type: ignore[no-any-return]
    log.warning("article_vectors_rebuilt", articles=len(articles), mend="call-center train --shipped")
    return embedder.embed([p for a in articles for p in phrases(a)])


def made_rows(texts: Sequence[str], embedder: Embedder, tell: Tell) -> Vectors:
    parts = [embedder.embed([PROBE])[:0]]
    for start in range(0, len(texts), BATCH):
        parts.append(embedder.embed(texts[start : start + BATCH]))
        tell(min(start + BATCH, len(texts)), len(texts))
    return np.concatenate(parts)


def keep_rows(path: Path, texts: Sequence[str], rows: Vectors, embedder: Embedder) -> None:
    """Beside the document, never pickled. A disk that refuses costs time at the next start, nothing else."""
    probe, made_of = embedder.embed([PROBE]), np.array(_digest(texts))
    try:
        durable.write(path, _packed(vectors=rows.astype(np.float16), digest=made_of, probe=probe))
    except OSError as error:
        log.warning("document_vectors_not_kept", file=path.name, why=error.strerror)


def kept_rows(path: Path, texts: Sequence[str], embedder: Embedder) -> Vectors:
    """Unit rows of `texts` from `path`, if made of them by this embedder; else made anew, and kept there."""
    rows = _kept(path, _digest(texts), embedder.embed([PROBE]))
    if rows is None:
        rows = made_rows(texts, embedder, silent)
        if len(rows):
            keep_rows(path, texts, rows, embedder)
    return rows


def _packed(**arrays: NDArray[Any]) -> bytes:
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    return packed.getvalue()


def _digest(texts: Sequence[str]) -> str:
    return sha256("\n".join(texts).encode()).hexdigest()


def _kept(path: Path, wanted: str, probe: Vectors) -> Vectors | None:
    """None where the file is missing, damaged, or of other texts or another embedder."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            same = stored["probe"].shape == probe.shape and np.allclose(stored["probe"], probe, atol=NEAR)
            if same and str(stored["digest"]) == wanted:
                return stored["vectors"].astype(np.float32)  # type: ignore[no-any-return]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return None
