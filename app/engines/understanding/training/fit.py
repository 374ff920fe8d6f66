"""Fits the model of acts: numpy only, a minute beside the embedding, the same bytes for the same lines.

docs/understanding.md says how the constants below were chosen: on lines of authors that were not fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.core.artefact import Arrays, hash_lines, save
from app.core.courtesies import strip_courtesies
from app.core.kernels import (
    Floats,
    center,
    cosine_matrix,
    dequantize,
    gaussian_kernel,
    quantize,
    solve_ridge,
    tf_idf,
    to_primal,
)
from app.core.ngrams import fold_line
from app.core.ports import Embedder
from app.engines.understanding import artefact
from app.engines.understanding.artefact import ACTS, CLAIMS, UnderstandingMeta
from app.engines.understanding.model import SLOTS, Calibration, bag_of
from app.engines.understanding.training.lines import read_act_lines, read_attack_lines

GAMMA, LEXICAL_SHARE, AXES = 1.0, 0.5, 192
RIDGE_LEXICAL, RIDGE_JOINT = 0.5, 0.2
LEXICAL = Calibration(sharpness=19.6, none=3.1)
JOINT = Calibration(sharpness=19.0, none=3.4, far=1.2)
OF_TWO = Calibration(sharpness=4.0, none=-30.0)
"""Of claims, where one of the two always holds."""
BATCH = 128

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ActTraining:
    """What was fitted; `size` is in bytes."""

    lines: int
    acts: int
    size: int


def train_acts(locales: Path, out: Path, embedder: Embedder, tell: Tell | None = None) -> ActTraining:
    rows, known = read_act_lines(locales), artefact.data_hash(locales)
    return _train(rows, known, (LEXICAL, JOINT), out, embedder, tell)


def train_claims(locales: Path, out: Path, embedder: Embedder, tell: Tell | None = None) -> ActTraining:
    rows, known = read_act_lines(locales, CLAIMS), artefact.data_hash(locales, CLAIMS)
    return _train(rows, known, (OF_TWO, OF_TWO), out, embedder, tell)


def train_attacks(
    locales: Path, sets: Sequence[Path], out: Path, embedder: Embedder, tell: Tell | None = None
) -> ActTraining:
    """`sets` are the development files of the security set; what customers do otherwise is innocent."""
    rows = read_attack_lines(locales, sets)
    known = hash_lines([(path.name, path) for path in [*sets, *sorted(locales.glob(f"*/{ACTS}"))]])
    return _train(rows, known, (OF_TWO, OF_TWO), out, embedder, tell)


def _train(
    rows: Sequence[tuple[str, str]],
    data_hash: str,
    calibrations: tuple[Calibration, Calibration],
    out: Path,
    embedder: Embedder,
    tell: Tell | None,
) -> ActTraining:
    """Writes `weights.npz` and `meta.json` into `out`; `tell` hears (lines embedded, of how many)."""
    acts = sorted({act for act, _ in rows})
    texts = [strip_courtesies(fold_line(line)) for _, line in rows]
    truth = np.array([acts.index(act) for act, _ in rows])
    arrays = fit_acts(texts, truth, _embed(texts, embedder, tell))
    meta = UnderstandingMeta(
        data_hash=data_hash,
        lines=len(rows),
        acts=acts,
        gamma=GAMMA,
        lexical=calibrations[0],
        joint=calibrations[1],
    )
    save(out, meta, arrays)
    size = sum((out / name).stat().st_size for name in ("weights.npz", "meta.json"))
    return ActTraining(len(rows), len(acts), size)


def fit_acts(texts: Sequence[str], truth: NDArray[np.int64], vectors: Floats) -> Arrays:
    """`texts` as a reader sees them, `truth` counts the acts from 0, `vectors` are unit rows."""
    idf, bags = tf_idf([bag_of(text) for text in texts])
    alike = cosine_matrix(bags)
    mean = vectors.mean(axis=0)
    centred = center(vectors, mean)
    axes = _main_axes(centred).astype(np.float16).astype(np.float32)
    rows, scales = quantize(centred @ axes)
    marks = dequantize(rows, scales)
    likeness = gaussian_kernel(marks, marks, GAMMA)
    acts = int(truth.max()) + 1
    target = (np.eye(acts)[truth] - 1 / acts).astype(np.float32)
    lexical = solve_ridge(alike, target, RIDGE_LEXICAL)
    joint = solve_ridge(likeness + LEXICAL_SHARE * alike, target, RIDGE_JOINT)
    stored = {
        "lexical": to_primal(bags, lexical)[:SLOTS],
        "joint": LEXICAL_SHARE * to_primal(bags, joint)[:SLOTS],
    }
    arrays: Arrays = {"idf": idf[:SLOTS].astype(np.float16), "mean": mean, "axes": axes.astype(np.float16)}
    arrays |= {"landmark_rows": rows, "landmark_scales": scales}
    arrays["dual_rows"], arrays["dual_scales"] = quantize(joint)
    for name, weights in stored.items():
        columns, arrays[f"{name}_scales"] = quantize(weights.T)
        arrays[f"{name}_rows"] = np.ascontiguousarray(columns.T)
    return arrays


def _main_axes(centred: Floats) -> Floats:
    """(width, kept): eigenvectors of the scatter, the largest first, each with a positive largest figure."""
    _, vectors = np.linalg.eigh(centred.T.astype(np.float64) @ centred)
    axes = vectors[:, ::-1][:, :AXES]
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return np.asarray(axes * signs, dtype=np.float32)


def _embed(texts: list[str], embedder: Embedder, tell: Tell | None) -> Floats:
    parts = []
    for start in range(0, len(texts), BATCH):
        parts.append(embedder.embed(texts[start : start + BATCH]))
        if tell:
            tell(min(start + BATCH, len(texts)), len(texts))
    return np.concatenate(parts)
