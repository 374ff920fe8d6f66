"""Fits the local router: kernel ridge regression in closed form, numpy only, the same figures for the same lines.

Temperatures come from predictions for industries that were held out, so that confidence is honest about a company
never seen. docs/routing.md says how the constants below were chosen (development sets only).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.adapters.routing import artefact
from app.adapters.routing.artefact import STAY, Meta, Stage
from app.adapters.routing.features import DIMENSIONS, Bag, fold, read
from app.adapters.routing.keyboard import Keyboard
from app.adapters.routing.landmarks import centred, gaussian, restored, squeezed
from app.adapters.routing.lexical import Floats
from app.core.ports import Embedder

AGENTS = ["tech_support", "sales", "supervisor"]
CLASSES = [*AGENTS, STAY]
GAMMA, LEXICAL_SHARE = 1.0, 0.5
RIDGE_LEXICAL, RIDGE_JOINT = 0.5, 0.2
ACCEPT, SWITCH, STAY_PRIOR = 0.97, 0.5, 2.0
FOLDS = 5
BATCH = 128

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    label: str
    lang: str
    industry: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was fitted. `figures` are cross-validated over held-out industries; `size` is in bytes."""

    lines: int
    labels: dict[str, int]
    data_hash: str
    figures: dict[str, float]
    size: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """One stage: weights over the training lines, and predictions for each line by a model that never saw its industry."""

    dual: Floats
    unseen: Floats
    stage: Stage


def train(train_dir: Path, out: Path, embedder: Embedder, tell: Tell = lambda done, total: None) -> Report:
    """Writes `weights.npz` and `meta.json` into `out`. Minutes of CPU; `tell` hears how many lines are embedded."""
    lines = read_lines(train_dir)
    meta, arrays = fit(lines, artefact.data_hash(train_dir), embedder, tell)
    artefact.save(out, meta, arrays)
    labels = dict(Counter(line.label for line in lines))
    size = sum((out / name).stat().st_size for name in ("weights.npz", "meta.json"))
    return Report(len(lines), labels, meta.data_hash, meta.figures, size)


def read_lines(folder: Path) -> list[Line]:
    lines = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, row in enumerate(map(json.loads, path.read_text(encoding="utf-8").splitlines())):
            industry = row["industry"] if row["label"] != STAY else f"{STAY}-{number % FOLDS}"
            lines.append(Line(row["text"], row["label"], row["lang"], industry))
    return lines


def fit(
    lines: list[Line], fingerprint: str, embedder: Embedder, tell: Tell
) -> tuple[Meta, dict[str, NDArray[np.generic]]]:
    keyboard = Keyboard.learn(*([fold(x.text) for x in lines if x.lang == lang] for lang in ("ru", "en")))
    texts = [read(line.text, keyboard) for line in lines]
    truth = np.array([CLASSES.index(line.label) for line in lines])
    folds = assign([line.industry for line in lines])
    idf, bags = weigh([Bag.of(text) for text in texts])
    alike = overlaps(bags)
    vectors = embed(texts, embedder, tell)
    mean = vectors[truth < len(AGENTS)].mean(axis=0)
    rows, scales = squeezed(centred(vectors, mean))
    marks = restored(rows, scales)
    lexical = solve(alike, truth, folds, RIDGE_LEXICAL)
    joint = solve(gaussian(marks, marks, GAMMA) + LEXICAL_SHARE * alike, truth, folds, RIDGE_JOINT)
    arrays: dict[str, NDArray[np.generic]] = {
        "idf": idf.astype(np.float16),
        "lexical_weights": spread(bags, lexical.dual).astype(np.float16),
        "joint_weights": (LEXICAL_SHARE * spread(bags, joint.dual)).astype(np.float16),
        "landmarks": rows, "scales": scales, "dual": joint.dual, "mean": mean,
        "bigrams_ru": keyboard.ru.table.astype(np.float16), "bigrams_en": keyboard.en.table.astype(np.float16),
    }  # fmt: skip
    figures = {
        f"cv_{k}_{n}": v
        for n, s in (("lexical", lexical), ("joint", joint))
        for k, v in exam(s, truth).items()
    }
    meta = Meta(
        data_hash=fingerprint, agents=AGENTS, gamma=GAMMA, lexical=lexical.stage, embedding=joint.stage,
        accept=ACCEPT, switch=SWITCH, stay_prior=STAY_PRIOR, figures=figures,
    )  # fmt: skip
    return meta, arrays


def embed(texts: list[str], embedder: Embedder, tell: Tell) -> Floats:
    parts = []
    for start in range(0, len(texts), BATCH):
        parts.append(embedder.embed(texts[start : start + BATCH]))
        tell(min(start + BATCH, len(texts)), len(texts))
    return np.concatenate(parts)


def assign(industries: list[str]) -> NDArray[np.int64]:
    """A fold for each line: whole industries, the largest first, each to the emptiest fold."""
    counts, filled, fold_of = Counter(industries), [0] * FOLDS, {}
    for industry, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        fold_of[industry] = filled.index(min(filled))
        filled[fold_of[industry]] += count
    return np.array([fold_of[industry] for industry in industries])


def weigh(bags: list[Bag]) -> tuple[Floats, list[Bag]]:
    """Smoothed inverse document frequencies, and the bags under them."""
    seen = np.bincount(np.concatenate([bag.slots for bag in bags]), minlength=DIMENSIONS)
    idf = (np.log((1 + len(bags)) / (1 + seen)) + 1).astype(np.float16).astype(np.float32)
    return idf, [bag.weighted(idf) for bag in bags]


def overlaps(bags: list[Bag]) -> Floats:
    """Cosines between all bags."""
    dense, out = np.zeros(DIMENSIONS, dtype=np.float32), np.empty((len(bags), len(bags)), dtype=np.float32)
    slots, values = np.concatenate([b.slots for b in bags]), np.concatenate([b.values for b in bags])
    starts = np.cumsum([0, *(len(bag.slots) for bag in bags[:-1])])
    for row, bag in enumerate(bags):
        dense[bag.slots] = bag.values
        out[row] = np.add.reduceat(dense[slots] * values, starts)
        dense[bag.slots] = 0
    return out


def spread(bags: list[Bag], dual: Floats) -> Floats:
    """Weights over slots that give the same margins as the dual weights over lines."""
    weights = np.zeros((DIMENSIONS, dual.shape[1]), dtype=np.float32)
    for bag, share in zip(bags, dual, strict=True):
        weights[bag.slots] += bag.values[:, None] * share
    return weights


def solve(kernel: Floats, truth: NDArray[np.int64], folds: NDArray[np.int64], ridge: float) -> Fitted:
    target = (np.eye(len(CLASSES))[truth] - 1 / len(CLASSES)).astype(np.float32)
    unseen = np.zeros_like(target)
    for number in range(FOLDS):
        inside, outside = np.flatnonzero(folds != number), np.flatnonzero(folds == number)
        dual = ridged(kernel[np.ix_(inside, inside)], target[inside], ridge)
        unseen[outside] = kernel[np.ix_(outside, inside)] @ dual
    agents = truth < len(AGENTS)
    stage = Stage(
        agents=sharpness(unseen[agents][:, : len(AGENTS)], truth[agents]), dialog=sharpness(unseen, truth)
    )
    return Fitted(ridged(kernel, target, ridge), unseen, stage)


def ridged(kernel: Floats, target: Floats, ridge: float) -> Floats:
    system = kernel.astype(np.float64)
    system[np.diag_indices_from(system)] += ridge
    return np.linalg.solve(system, target.astype(np.float64)).astype(np.float32)


def sharpness(margins: Floats, truth: NDArray[np.int64]) -> float:
    """The factor under which the softmax of the margins gives the truth its highest likelihood."""

    def loss(factor: float) -> float:
        risen = margins * factor
        top = risen.max(axis=1)
        logs = top + np.log(np.exp(risen - top[:, None]).sum(axis=1))
        return float((logs - risen[np.arange(len(truth)), truth]).mean())

    return min((float(x) for x in np.arange(1, 20, 0.25)), key=loss)


def exam(fitted: Fitted, truth: NDArray[np.int64]) -> dict[str, float]:
    agents = truth < len(AGENTS)
    guesses = fitted.unseen[agents][:, : len(AGENTS)].argmax(axis=1)
    angry = truth[agents] == AGENTS.index("supervisor")
    return {
        "accuracy": round(float((guesses == truth[agents]).mean()), 4),
        "missed_escalations": round(float((guesses[angry] != AGENTS.index("supervisor")).mean()), 4),
    }
