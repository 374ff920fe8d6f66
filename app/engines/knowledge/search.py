"""Hybrid search over articles: sentence vectors in both languages, and BM25 over character n-grams."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from threading import Lock

import bm25s
import numpy as np
import snowballstemmer
from numpy.typing import NDArray

from app.core.colloquial import in_plain_words
from app.core.courtesies import strip_courtesies
from app.core.kernels import center
from app.core.models import CLEAR, Article, Passage
from app.core.ngrams import fold_line
from app.core.ports import Embedder, Vectors
from app.core.text import clean, excerpt, without_yo
from app.engines.knowledge.own_documents import leading
from app.engines.knowledge.vectors import phrases, vectors_of

KEPT = 32_768  # words; the articles hold 3,200
INDEXES = 4  # languages whose last index is kept: a new document in one leaves the others as they are
LONGEST = 40  # letters: what is longer is no word, and would fill the memory
_ONE_AT_A_TIME = Lock()
_WORD = re.compile(r"[\w-]+")
_SIZES = (3, 4)  # letters of a piece


def stems(text: str, lang: str) -> list[str]:
    """Lower-case stems of the words in `text`; a language without a stemmer keeps whole words."""
    words = _WORD.findall(without_yo(clean(text).lower()))
    name = algorithm(lang)
    return [_stem(word, name) if len(word) <= LONGEST else word for word in words] if name else words


@lru_cache
def algorithm(lang: str) -> str:
    """Snowball names its stemmers as English names the languages; empty where there is none."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415

    try:
        name = (Locale.parse(lang).get_language_name("en") or "").lower()
    except (UnknownLocaleError, ValueError):
        return ""
    return name if name in snowballstemmer.algorithms() else ""


def pieces(text: str) -> list[str]:
    """Runs of three and four letters inside the words; `_` marks where a word begins and ends."""
    words = (f"_{word[:LONGEST]}_" for word in _WORD.findall(without_yo(clean(text).lower())))
    return [w[at : at + size] for w in words for size in _SIZES for at in range(max(1, len(w) + 1 - size))]


@lru_cache(KEPT)
def _stem(word: str, language: str) -> str:
    """A stemmer holds the word it works on, and searches run in threads: one at a time."""
    with _ONE_AT_A_TIME:
        return str(_stemmer(language).stemWord(word))


@lru_cache
def _stemmer(name: str) -> snowballstemmer.SnowballStemmer:
    return snowballstemmer.stemmer(name)


OWN_AGENT = 0.06  # how much nearer an article of the asking agent counts
PIECES = 0.3  # weight of pieces of words beside two cosines; chosen on eval_sets/dev_knowledge.jsonl
CLAUSE = 20  # tokens of a clause that are embedded: with four of them a question costs at most 0.3 s of CPU
Scores = NDArray[np.float32]
_BREAK = re.compile(r"[.,;!?\n]+")


class HybridSearch:
    """`score` of a passage is the centred cosine with its nearest phrase, or, without an embedder,
    the share of the question's BM25 weight that the article holds. A leading piece of a team's document comes
    first, and counts as clear.

    The order also counts the same article in the other language, whose phrases say it in other words, and
    pieces of words, which typos and endings leave whole. `vectors` hold a row a phrase in the order of
    `articles`; `centre` is what is subtracted from every vector, the mean of `vectors` if not given.
    """

    def __init__(
        self,
        articles: Sequence[Article],
        embedder: Embedder | None,
        vectors: Vectors | None = None,
        centre: Vectors | None = None,
    ) -> None:
        self._embedder = embedder
        self._shelves = {lang: _Shelf(articles, lang) for lang in {a.lang for a in articles}}
        if embedder is not None and articles:
            rows = vectors_of(articles, embedder) if vectors is None else vectors
            self._attach(articles, rows, rows.mean(axis=0) if centre is None else centre)

    def search(
        self, question: str, lang: str, agent: str | None = None, top: int = 3, about: str = ""
    ) -> list[Passage]:
        shelf = self._shelves.get(lang) or self._shelves.get("ru") or next(iter(self._shelves.values()), None)
        if shelf is None or not question.strip():
            return []
        question, about = (in_plain_words(text, shelf.lang) for text in (question, about))
        joined = f"{about} {question}" if about else question
        if self._embedder is None:
            near = twins = shelf.lexical(joined)
        else:
            every = self._near(self._embedder, question, about)
            near, twins = every[shelf.at], every[shelf.twins]
        own = np.array([a.agent == agent for a in shelf.articles], dtype=np.float32) * OWN_AGENT
        order = np.argsort(-(near + twins + 2 * own + PIECES * shelf.pieces(joined)), kind="stable")
        leader = None if self._embedder is None else leading(shelf.articles, near)
        first = [] if leader is None else [leader]
        return [
            Passage(
                article=shelf.articles[i],
                score=min(max(float(near[i]), CLEAR if i == leader else 0.0), 1.0),
            )
            for i in [*first, *(i for i in order if i != leader)][:top]
        ]

    def find(self, article_id: str, lang: str) -> Article | None:
        shelf = self._shelves.get(lang) or self._shelves.get("ru")
        return next((a for a in shelf.articles if a.id == article_id), None) if shelf else None

    def _near(self, embedder: Embedder, question: str, about: str) -> Scores:
        """Each article's phrase nearest to the question or a clause: people ask two things at once.

        A line is embedded as the router embeds it, and so once in a turn; with what it is about it counts as
        the mean of the two. Products are numpy's own: BLAS takes 4 ms where its threads wait, and these 0.3.
        """
        asked = strip_courtesies(fold_line(question))
        if about:
            both = embedder.embed([asked, strip_courtesies(fold_line(about))])
            vectors = both.mean(axis=0, keepdims=True)
        else:
            clauses = _clauses(asked)
            whole = embedder.embed([asked])
            vectors = np.concatenate([whole, embedder.embed(clauses, CLAUSE)]) if clauses else whole
        cosines = [np.vecdot(self._vectors, row) for row in center(vectors, self._centre)]
        best: Scores = np.maximum.reduceat(np.max(cosines, axis=0), self._starts)
        return best

    def _attach(self, articles: Sequence[Article], vectors: Vectors, centre: Vectors) -> None:
        """Centre the vectors: E5 similarities all lie close together otherwise."""
        self._centre = centre
        centred = vectors - centre
        self._vectors = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
        self._starts = np.cumsum([0, *(len(phrases(a)) for a in articles[:-1])])


class _Shelf:
    """The articles of one language. `at` and `twins` are places among all articles."""

    def __init__(self, everything: Sequence[Article], lang: str) -> None:
        self.lang = lang
        self.at = [n for n, a in enumerate(everything) if a.lang == lang]
        self.articles = [everything[n] for n in self.at]
        foreign = {a.id: n for n, a in enumerate(everything) if a.lang != lang}
        self.twins = [foreign.get(everything[n].id, n) for n in self.at]
        texts = tuple(f"{' '.join(phrases(a))} {a.body}" for a in self.articles)
        self._words, self._pieces = _build_indexes(texts, lang)

    def lexical(self, question: str) -> Scores:
        """A word that no article holds weighs as much as the rarest one that some article holds."""
        asked = stems(question, self.lang)
        words = [w for w in asked if w in self._words.vocab_dict]
        if not words:
            return np.zeros(len(self.articles), dtype=np.float32)
        scores: Scores = self._words.get_scores(words)
        weights = [float(self._words.get_scores([w]).max()) for w in words]
        return scores / (sum(weights) + max(weights) * (len(asked) - len(words)) or 1)

    def pieces(self, question: str) -> Scores:
        """As a share of the best article's."""
        asked = [piece for piece in pieces(excerpt(question)) if piece in self._pieces.vocab_dict]
        if not asked:
            return np.zeros(len(self.articles), dtype=np.float32)
        scores: Scores = self._pieces.get_scores(asked)
        return scores / max(float(scores.max()), 1e-9)


@lru_cache(INDEXES)
def _build_indexes(texts: tuple[str, ...], lang: str) -> tuple[bm25s.BM25, bm25s.BM25]:
    """Over words and over pieces of words. They are only read: libraries of the same articles share them."""
    return _build_index([stems(text, lang) for text in texts]), _build_index([pieces(text) for text in texts])


def _build_index(texts: list[list[str]]) -> bm25s.BM25:
    index = bm25s.BM25()
    index.index(texts, show_progress=False)
    return index


def _clauses(question: str) -> list[str]:
    """Up to four parts of two words or more; none where the question is one piece."""
    parts = [p.strip() for p in _BREAK.split(question)]
    clauses = [p for p in parts if len(p.split()) > 1]
    return clauses[:4] if len(parts) > 1 else []
