"""Kernel ridge regression with cross-validated predictions, and logistic regression for the dialog model.

Predictions are for held-out industries. Works on bags of n-grams without a sparse matrix library.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import solve_ridge
from app.engines.routing.artefact import STAY, Stage
from app.engines.routing.dialog import DialogSignals, Figures, Stays, feature_vector
from app.engines.routing.model import Floats
from app.engines.routing.training.lines import LabelledLine

FEWEST_TURNS = 200
PENALTY, STEPS = 1.0, 30
STAGES = {"lexical": ("lexical",), "embedding": ("lexical", "embedding")}


def fit_dialog(
    lines: Sequence[LabelledLine],
    texts: Sequence[str],
    unseen: Mapping[str, Floats],
    idf: Floats,
    agents: Sequence[str],
    last_resort: str,
) -> dict[str, Stays]:
    """One model a stage; none of too few turns. `unseen` are margins by models not fitted on the line."""
    turns = [(at, x, x.past) for at, x in enumerate(lines) if x.past and x.past.serving in agents]
    truth = np.array([line.label in {STAY, past.serving} for _, line, past in turns], dtype=np.float64)
    if len(turns) < FEWEST_TURNS or truth.all() or not truth.any():
        return {}
    talks = [DialogSignals.read(texts[at], past.said, idf) for at, _, past in turns]
    found = {}
    for method, stages in STAGES.items():
        rows = [
            feature_vector(
                talk, {s: unseen[s][at] for s in stages}, agents, agents.index(past.serving), last_resort
            )
            for talk, (at, _, past) in zip(talks, turns, strict=True)
        ]
        found[method] = logistic(rows, truth)
    return found


def logistic(rows: Sequence[Figures], truth: NDArray[np.float64]) -> Stays:
    """Figures are brought to mean 0 and deviation 1; half the squared weights times PENALTY are added."""
    names = list(rows[0])
    table = np.array([[row[name] for name in names] for row in rows])
    middle, deviation = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-9)
    known = np.column_stack([(table - middle) / deviation, np.ones(len(table))])
    held = np.diag([PENALTY] * len(names) + [0.0])
    weights = np.zeros(len(names) + 1)
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(known @ weights, -30, 30)))
        slope = known.T @ (chance - truth) + held @ weights
        bend = known.T @ (known * (chance * (1 - chance))[:, None]) + held
        weights -= np.linalg.solve(bend + 1e-9 * np.eye(len(bend)), slope)
    raw = weights[:-1] / deviation
    shares = {name: round(float(w), 6) for name, w in zip(names, raw, strict=True)}
    return Stays(bias=round(float(weights[-1] - raw @ middle), 6), weights=shares)


FOLDS = 5


def classes_of(agents: Sequence[str]) -> list[str]:
    return [*agents, STAY]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights over the training lines; predictions for each by a model that never saw its industry."""

    dual: Floats
    unseen: Floats
    stage: Stage


def assign_folds(industries: list[str]) -> NDArray[np.int64]:
    """A fold for each line: whole industries, the largest first, each to the emptiest fold."""
    counts, filled, fold_of = Counter(industries), [0] * FOLDS, {}
    for industry, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        fold_of[industry] = filled.index(min(filled))
        filled[fold_of[industry]] += count
    return np.array([fold_of[industry] for industry in industries])


def solve(
    kernel: Floats, truth: NDArray[np.int64], folds: NDArray[np.int64], ridge: float, agents: int
) -> Fitted:
    """`truth` counts the agents from 0; the class after the last is `stay`."""
    target = (np.eye(agents + 1)[truth] - 1 / (agents + 1)).astype(np.float32)
    unseen = np.zeros_like(target)
    for number in range(FOLDS):
        inside, outside = np.flatnonzero(folds != number), np.flatnonzero(folds == number)
        dual = solve_ridge(kernel[np.ix_(inside, inside)], target[inside], ridge)
        unseen[outside] = kernel[np.ix_(outside, inside)] @ dual
    first = truth < agents
    stage = Stage(
        agents=fit_sharpness(unseen[first][:, :agents], truth[first]), dialog=fit_sharpness(unseen, truth)
    )
    return Fitted(solve_ridge(kernel, target, ridge), unseen, stage)


def fit_sharpness(margins: Floats, truth: NDArray[np.int64]) -> float:
    """The factor under which the softmax of the margins gives the truth its highest likelihood."""

    def loss(factor: float) -> float:
        risen = margins * factor
        top = risen.max(axis=1)
        logs = top + np.log(np.exp(risen - top[:, None]).sum(axis=1))
        return float((logs - risen[np.arange(len(truth)), truth]).mean())

    return min((float(x) for x in np.arange(1, 20, 0.25)), key=loss)


def evaluate(
    fitted: Fitted, truth: NDArray[np.int64], agents: Sequence[str], last_resort: str
) -> dict[str, float]:
    first, top = truth < len(agents), agents.index(last_resort)
    guesses = fitted.unseen[first][:, : len(agents)].argmax(axis=1)
    angry = truth[first] == top
    return {
        "accuracy": round(float((guesses == truth[first]).mean()), 4),
        "missed_escalations": round(float((guesses[angry] != top).mean()), 4),
    }
