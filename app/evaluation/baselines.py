"""Routers that are simple on purpose: what a real one has to beat. None of them looks at who is serving."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path
from threading import Lock

import numpy as np

from app.core.company import in_use
from app.core.exceptions import CallCenterError
from app.core.models import Decision, RouteQuery, Source
from app.core.ports import Embedder, Vectors
from app.core.similarity import words
from app.evaluation.cases import read_set
from app.evaluation.check import STAY

Route = Callable[[RouteQuery], Awaitable[Decision]]
Scores = dict[str, float]
Score = Callable[[str], Scores]
Line = tuple[str, str]  # text, label

BASELINES = ("majority", "keywords", "tfidf", "centroid")
HIT = 2.0  # what one keyword adds to the share of an agent in training, before scores are made to sum to 1
SAMPLE = 300  # lines a label for the centroids: more cost minutes and move them little


class BaselineUnknown(CallCenterError):
    status = 422
    code = "baseline_unknown"

    def __init__(self, name: str, problem: str = "") -> None:
        super().__init__(
            f"Baseline {name} cannot be used: {problem or 'it is none of ' + ', '.join(BASELINES)}."
        )


def baseline(name: str, train: Path, embedder: Embedder | None = None) -> Route:
    """Fitted from `train` at the first message, off the event loop; deterministic. Raises BaselineUnknown."""
    if name not in BASELINES:
        raise BaselineUnknown(name)
    if name == "centroid":
        if embedder is None:
            raise BaselineUnknown(name, "it needs an embedder")
        fit: Callable[[list[Line]], Score] = partial(_centroid, embedder)
    else:
        fit = {"majority": _majority, "keywords": _keywords, "tfidf": _tfidf}[name]
    scorer = _Lazily(lambda: fit(_lines(name, train)))
    source: Source = "embedding" if name == "centroid" else "lexical"

    async def route(query: RouteQuery) -> Decision:
        scores = await asyncio.to_thread(scorer, query.text)
        agent = max(scores, key=lambda label: scores[label])
        return Decision(agent=agent, confidence=scores[agent], source=source, reason=name, scores=scores)

    return route


class _Lazily:
    def __init__(self, fit: Callable[[], Score]) -> None:
        self._fit, self._lock = fit, Lock()
        self._score: Score | None = None

    def __call__(self, text: str) -> Scores:
        with self._lock:
            self._score = self._score or self._fit()
        return self._score(text)


def _lines(name: str, train: Path) -> list[Line]:
    cases = (case for path in sorted(train.glob("*.jsonl")) for case in read_set(path).cases)
    lines = [(case.text, str(case.turns[-1].expected)) for case in cases]
    if kept := [line for line in lines if line[1] != STAY]:
        return kept
    raise BaselineUnknown(name, f"there are no labelled lines in {train}")


def _shares(lines: Iterable[Line]) -> Scores:
    counts = Counter(label for _, label in lines)
    return {label: counts[label] / counts.total() for label in sorted(counts)}


def _majority(lines: list[Line]) -> Score:
    shares = _shares(lines)
    return lambda text: dict(shares)  # noqa: ARG005


def _keywords(lines: list[Line]) -> Score:
    shares = _shares(lines)
    agents = in_use().agents
    keys = {label: agents[label].keywords if label in agents else [] for label in shares}
    starts = {label: [" " + " ".join(words(key)) for key in keys[label]] for label in shares}

    def score(text: str) -> Scores:
        said = " " + " ".join(words(text))
        raw = {label: shares[label] + HIT * sum(key in said for key in starts[label]) for label in shares}
        return {label: value / sum(raw.values()) for label, value in raw.items()}

    return score


def _tfidf(lines: list[Line]) -> Score:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline, make_union  # noqa: PLC0415

    features = make_union(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True),
        TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\w+", sublinear_tf=True),
    )
    model = make_pipeline(features, LogisticRegression(C=5.0, max_iter=500))
    texts, labels = zip(*lines, strict=True)
    model.fit([" ".join(words(text)) for text in texts], labels)

    def score(text: str) -> Scores:
        shares = model.predict_proba([" ".join(words(text))])[0]
        return {str(label): float(share) for label, share in zip(model.classes_, shares, strict=True)}

    return score


def _centroid(embedder: Embedder, lines: list[Line]) -> Score:
    labels = sorted({label for _, label in lines})
    chosen = [line for label in labels for line in _spread([each for each in lines if each[1] == label])]
    vectors = embedder.embed([text for text, _ in chosen])
    truth = np.array([labels.index(label) for _, label in chosen])
    middle = vectors.mean(axis=0)
    centres = _unit(np.stack([(vectors[truth == at] - middle).mean(axis=0) for at in range(len(labels))]))
    heat = _temperature(_unit(vectors - middle) @ centres.T, truth)

    def score(text: str) -> Scores:
        nearness = _unit(embedder.embed([text]) - middle) @ centres.T
        return dict(zip(labels, map(float, _softmax(nearness / heat)[0]), strict=True))

    return score


def _spread(lines: list[Line]) -> list[Line]:
    """At most SAMPLE of them, evenly over the files."""
    at = np.linspace(0, len(lines) - 1, min(SAMPLE, len(lines))).astype(int)
    return [lines[i] for i in at]


def _unit(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)


def _softmax(rows: Vectors) -> Vectors:
    raised = np.exp(rows.astype(np.float64) - rows.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float64).astype(np.float32)


def _temperature(nearness: Vectors, truth: np.ndarray[tuple[int], np.dtype[np.int_]]) -> float:
    """The temperature with the least log loss (Guo et al. 2017), on a grid."""

    def loss(heat: float) -> float:
        own = _softmax(nearness / heat)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(own, 1e-9)).mean())

    return min((float(heat) for heat in np.geomspace(0.02, 2.0, 30)), key=loss)
