"""Search over articles: BM25 and embeddings, merged by reciprocal rank."""

from __future__ import annotations

import re
from collections.abc import Sequence

import bm25s
import numpy as np
from numpy.typing import NDArray

from app.adapters.knowledge.tokens import stems
from app.adapters.knowledge.vectors import phrases, vectors_of
from app.core.models import Article, Passage
from app.core.ports import Embedder, Vectors
from app.core.text import excerpt

RANK_CONSTANT = 60  # Cormack, Clarke, Büttcher 2009, "Reciprocal rank fusion"
OWN_AGENT = 0.03  # how much nearer an article of the asking agent counts
Scores = NDArray[np.float32]
_BREAK = re.compile(r"[.,;!?\n]+")


class HybridSearch:
    """`score` of a passage is the centred cosine with its nearest phrase, or, without an embedder,
    the share of the question's BM25 weight that the article holds."""

    def __init__(self, articles: Sequence[Article], embedder: Embedder | None) -> None:
        self._embedder = embedder
        self._shelves = {
            lang: _Shelf([a for a in articles if a.lang == lang], lang) for lang in {a.lang for a in articles}
        }
        if embedder is not None:
            self._attach(articles, vectors_of(articles, embedder))

    def search(self, question: str, lang: str, agent: str | None = None, top: int = 3) -> list[Passage]:
        shelf = self._shelves.get(lang) or self._shelves.get("ru")
        if shelf is None or not question.strip():
            return []
        lexical = shelf.lexical(question)
        near = lexical if self._embedder is None else self._near(shelf, question)
        own = np.array([a.agent == agent for a in shelf.articles], dtype=np.float32) * OWN_AGENT
        fused = _reciprocal(lexical + own) + _reciprocal(near + own) * 2
        best = np.argsort(-fused, kind="stable")[:top]
        return [Passage(article=shelf.articles[i], score=float(np.clip(near[i], 0, 1))) for i in best]

    def _near(self, shelf: _Shelf, question: str) -> Scores:
        """The nearest of the whole question and its clauses: people ask two things in one breath."""
        assert self._embedder is not None
        vectors = self._embedder.embed([excerpt(question), *_clauses(question)]) - self._centre
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        best: Scores = np.max([shelf.near(v) for v in vectors], axis=0)
        return best

    def _attach(self, articles: Sequence[Article], vectors: Vectors) -> None:
        """Centre the vectors: E5 similarities all lie close together otherwise."""
        self._centre = vectors.mean(axis=0)
        centred = vectors - self._centre
        centred /= np.linalg.norm(centred, axis=1, keepdims=True)
        owner = [a for a in articles for _ in phrases(a)]
        for lang, shelf in self._shelves.items():
            shelf.vectors = centred[[a.lang == lang for a in owner]]


class _Shelf:
    """The articles of one language."""

    def __init__(self, articles: list[Article], lang: str) -> None:
        self.articles = articles
        self.lang = lang
        self.vectors: Vectors = np.zeros((0, 0), dtype=np.float32)
        self._counts = [len(phrases(a)) for a in articles]
        self._index = bm25s.BM25()
        texts = [f"{' '.join(phrases(a))} {a.body}" for a in articles]
        self._index.index([stems(text, lang) for text in texts], show_progress=False)

    def lexical(self, question: str) -> Scores:
        """A word that no article holds weighs as much as the rarest one that some article holds."""
        asked = stems(question, self.lang)
        words = [w for w in asked if w in self._index.vocab_dict]
        if not words:
            return np.zeros(len(self.articles), dtype=np.float32)
        scores: Scores = self._index.get_scores(words)
        weights = [float(self._index.get_scores([w]).max()) for w in words]
        return scores / (sum(weights) + max(weights) * (len(asked) - len(words)) or 1)

    def near(self, vector: Vectors) -> Scores:
        """The nearest phrase of each article."""
        cosines = self.vectors @ vector
        starts = np.cumsum([0, *self._counts[:-1]])
        return np.maximum.reduceat(cosines, starts)


def _clauses(question: str) -> list[str]:
    """Up to four parts of two words or more; none where the question is one piece."""
    parts = [p.strip() for p in _BREAK.split(question)]
    clauses = [p for p in parts if len(p.split()) > 1]
    return clauses[:4] if len(parts) > 1 else []


def _reciprocal(scores: Scores) -> Scores:
    ranks = np.empty(len(scores), dtype=np.float32)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return (1 / (RANK_CONSTANT + ranks)).astype(np.float32)
