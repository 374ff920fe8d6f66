"""Fits the local router: numpy only, a few minutes of CPU, the same figures for the same lines.

Temperatures come from predictions for held-out industries, so that confidence is honest about a company never
seen. docs/routing.md says how the constants below were chosen (development sets only).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.core.artefact import save
from app.core.kernels import center, cosine_matrix, dequantize, gaussian_kernel, quantize, tf_idf, to_primal
from app.core.ngrams import Bag, fold_line
from app.core.ports import Embedder
from app.engines.routing import artefact
from app.engines.routing.artefact import ArtefactMeta
from app.engines.routing.dialog import Stays
from app.engines.routing.features import normalize
from app.engines.routing.keyboard import Keyboard
from app.engines.routing.model import Floats
from app.engines.routing.training.lines import LabelledLine, read_lines
from app.engines.routing.training.regression import (
    Fitted,
    assign_folds,
    classes_of,
    evaluate,
    fit_dialog,
    solve,
)

GAMMA, LEXICAL_SHARE = 1.0, 0.5
RIDGE_LEXICAL, RIDGE_JOINT = 0.5, 0.2
ACCEPT, SWITCH, TOO_LITTLE = 0.99, 0.5, 0.5
TAKE_OVER, ESCALATE = 0.3, 0.35
"""Shares of another agent, and of the last resort, from which they take over (docs/routing.md: costs)."""
LEVELS = 31  # of the vectors that are kept: six bits, which compress to three quarters of eight
BATCH = 128

Tell = Callable[[int, int], None]
Arrays = dict[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What was fitted. `figures` are cross-validated over held-out industries; `size` is in bytes."""

    lines: int
    labels: dict[str, int]
    data_hash: str
    figures: dict[str, float]
    size: int


def train(
    train_dir: Path,
    out: Path,
    embedder: Embedder,
    agents: Sequence[str],
    last_resort: str,
    tell: Tell | None = None,
) -> TrainingReport:
    """Writes `weights.npz` and `meta.json` into `out`; `tell` hears (lines embedded, of how many)."""
    found, fingerprint = read_lines(train_dir), artefact.data_hash(train_dir)
    return train_on(found, fingerprint, out, embedder, agents, last_resort, tell)


def train_on(
    lines: Sequence[LabelledLine],
    fingerprint: str,
    out: Path,
    embedder: Embedder,
    agents: Sequence[str],
    last_resort: str,
    tell: Tell | None = None,
) -> TrainingReport:
    meta, arrays = fit(lines, fingerprint, embedder, tell, agents, last_resort)
    save(out, meta, arrays)
    size = sum((out / name).stat().st_size for name in ("weights.npz", "meta.json"))
    return TrainingReport(
        len(lines), dict(Counter(line.label for line in lines)), meta.data_hash, meta.figures, size
    )


def texts_of(lines: Sequence[LabelledLine]) -> tuple[Keyboard, list[str]]:
    """The keyboard that the lines teach, and the lines as both stages read them with it."""
    keyboard = Keyboard.learn(
        *([fold_line(x.text) for x in lines if x.lang == lang] for lang in ("ru", "en"))
    )
    return keyboard, [normalize(line.text, keyboard) for line in lines]


def fit(
    lines: Sequence[LabelledLine],
    fingerprint: str,
    embedder: Embedder,
    tell: Tell | None,
    agents: Sequence[str],
    last_resort: str,
) -> tuple[ArtefactMeta, Arrays]:
    keyboard, texts = texts_of(lines)
    truth = np.array([classes_of(agents).index(line.label) for line in lines])
    folds = assign_folds([line.industry for line in lines])
    idf, bags = tf_idf([Bag.of(text) for text in texts])
    alike = cosine_matrix(bags)
    vectors = embed(texts, embedder, tell)
    mean = vectors[truth < len(agents)].mean(axis=0)
    rows, scales = quantize(center(vectors, mean), LEVELS)
    marks = dequantize(rows, scales)
    lexical = solve(alike, truth, folds, RIDGE_LEXICAL, len(agents))
    both = gaussian_kernel(marks, marks, GAMMA) + LEXICAL_SHARE * alike
    joint = solve(both, truth, folds, RIDGE_JOINT, len(agents))
    arrays: Arrays = {
        "idf": idf.astype(np.float16),
        "lexical_weights": to_primal(bags, lexical.dual).astype(np.float16),
        "joint_weights": (LEXICAL_SHARE * to_primal(bags, joint.dual)).astype(np.float16),
        "landmarks": rows, "scales": scales, "dual": joint.dual, "mean": mean,
        "bigrams_ru": keyboard.ru.table.astype(np.float16),
        "bigrams_en": keyboard.en.table.astype(np.float16),
        "words_ru": np.array(sorted(keyboard.ru.words), dtype=np.int64),
        "words_en": np.array(sorted(keyboard.en.words), dtype=np.int64),
    }  # fmt: skip
    unseen = {"lexical": lexical.unseen, "embedding": joint.unseen}
    stays = fit_dialog(lines, texts, unseen, idf, agents, last_resort)
    return build_meta(fingerprint, lexical, joint, truth, agents, last_resort, stays), arrays


def build_meta(
    fingerprint: str,
    lexical: Fitted,
    joint: Fitted,
    truth: NDArray[np.int64],
    agents: Sequence[str],
    last_resort: str,
    stays: dict[str, Stays],
) -> ArtefactMeta:
    stages = {"lexical": lexical, "joint": joint}
    figures = {
        f"cv_{name}_{k}": v
        for name, stage in stages.items()
        for k, v in evaluate(stage, truth, agents, last_resort).items()
    }
    return ArtefactMeta(
        data_hash=fingerprint, agents=list(agents), last_resort=last_resort, gamma=GAMMA,
        lexical=lexical.stage, embedding=joint.stage,
        accept=ACCEPT, switch=SWITCH, too_little=TOO_LITTLE, figures=figures, stays=stays,
        take_over={name: ESCALATE if name == last_resort else TAKE_OVER for name in agents},
    )  # fmt: skip


def embed(texts: list[str], embedder: Embedder, tell: Tell | None) -> Floats:
    parts = []
    for start in range(0, len(texts), BATCH):
        parts.append(embedder.embed(texts[start : start + BATCH]))
        if tell:
            tell(min(start + BATCH, len(texts)), len(texts))
    return np.concatenate(parts)
