"""Kernel ridge regression in closed form, with honest predictions for industries that were held out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.adapters.routing.artefact import STAY, Stage
from app.adapters.routing.lexical import Floats

AGENTS = ["tech_support", "sales", "supervisor"]
CLASSES = [*AGENTS, STAY]
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights over the training lines; predictions for each by a model that never saw its industry."""

    dual: Floats
    unseen: Floats
    stage: Stage


def assign(industries: list[str]) -> NDArray[np.int64]:
    """A fold for each line: whole industries, the largest first, each to the emptiest fold."""
    counts, filled, fold_of = Counter(industries), [0] * FOLDS, {}
    for industry, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        fold_of[industry] = filled.index(min(filled))
        filled[fold_of[industry]] += count
    return np.array([fold_of[industry] for industry in industries])


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
