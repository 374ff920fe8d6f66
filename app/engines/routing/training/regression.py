"""Kernel ridge regression in closed form, with honest predictions for industries that were held out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.engines.routing.artefact import STAY, Stage
from app.engines.routing.dialog import DEAREST
from app.engines.routing.lexical import Floats

AGENTS = ("tech_support", "sales", "supervisor")
FOLDS = 5


def classes_of(agents: Sequence[str]) -> list[str]:
    return [*agents, STAY]


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


def solve(
    kernel: Floats, truth: NDArray[np.int64], folds: NDArray[np.int64], ridge: float, agents: int
) -> Fitted:
    """`truth` counts the agents from 0; the class after the last is `stay`."""
    target = (np.eye(agents + 1)[truth] - 1 / (agents + 1)).astype(np.float32)
    unseen = np.zeros_like(target)
    for number in range(FOLDS):
        inside, outside = np.flatnonzero(folds != number), np.flatnonzero(folds == number)
        dual = ridged(kernel[np.ix_(inside, inside)], target[inside], ridge)
        unseen[outside] = kernel[np.ix_(outside, inside)] @ dual
    first = truth < agents
    stage = Stage(agents=sharpness(unseen[first][:, :agents], truth[first]), dialog=sharpness(unseen, truth))
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


def exam(fitted: Fitted, truth: NDArray[np.int64], agents: Sequence[str]) -> dict[str, float]:
    first, top = truth < len(agents), agents.index(DEAREST)
    guesses = fitted.unseen[first][:, : len(agents)].argmax(axis=1)
    angry = truth[first] == top
    return {
        "accuracy": round(float((guesses == truth[first]).mean()), 4),
        "missed_escalations": round(float((guesses[angry] != top).mean()), 4),
    }
