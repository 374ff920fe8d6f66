"""Fits the dialog model: a logistic regression by Newton's method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from app.engines.routing.artefact import STAY
from app.engines.routing.dialog import Figures, Stays, Talk, figures_of
from app.engines.routing.lexical import Floats
from app.engines.routing.training.lines import Line

FEWEST_TURNS = 200
PENALTY, STEPS = 1.0, 30
STAGES = {"lexical": ("lexical",), "embedding": ("lexical", "embedding")}


def fit_dialog(
    lines: Sequence[Line],
    texts: Sequence[str],
    unseen: Mapping[str, Floats],
    idf: Floats,
    agents: Sequence[str],
) -> dict[str, Stays]:
    """One model a stage; none of too few turns. `unseen` are margins by models not fitted on the line."""
    turns = [(at, x, x.past) for at, x in enumerate(lines) if x.past and x.past.serving in agents]
    truth = np.array([line.label in {STAY, past.serving} for _, line, past in turns], dtype=np.float64)
    if len(turns) < FEWEST_TURNS or truth.all() or not truth.any():
        return {}
    talks = [Talk.read(texts[at], past.said, idf) for at, _, past in turns]
    found = {}
    for method, stages in STAGES.items():
        rows = [
            figures_of(talk, {s: unseen[s][at] for s in stages}, agents, agents.index(past.serving))
            for talk, (at, _, past) in zip(talks, turns, strict=True)
        ]
        found[method] = logistic(rows, truth)
    return found


def logistic(rows: Sequence[Figures], truth: NDArray[np.float64]) -> Stays:
    """Figures are brought to mean 0 and deviation 1; half the squared weights times PENALTY are added."""
    names = list(rows[0])
    table = np.array([[row[name] for name in names] for row in rows])
    middle, spread = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-9)
    known = np.column_stack([(table - middle) / spread, np.ones(len(table))])
    held = np.diag([PENALTY] * len(names) + [0.0])
    weights = np.zeros(len(names) + 1)
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(known @ weights, -30, 30)))
        slope = known.T @ (chance - truth) + held @ weights
        bend = known.T @ (known * (chance * (1 - chance))[:, None]) + held
        weights -= np.linalg.solve(bend + 1e-9 * np.eye(len(bend)), slope)
    raw = weights[:-1] / spread
    shares = {name: round(float(w), 6) for name, w in zip(names, raw, strict=True)}
    return Stays(bias=round(float(weights[-1] - raw @ middle), 6), weights=shares)
