"""How likely each act is: kernel ridge regression over sentence vectors and n-grams, then a softmax."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from app.core.kernels import Floats, center, squared_norms
from app.core.ngrams import SETTINGS, Bag, grams, words_of

SLOTS = 1 << 14
"""Of the hashed n-grams: with four times fewer than the router has, no act is read worse."""
FEATURES = {**SETTINGS, "slots": SLOTS, "signs": True, "digits": "alike"}
_DIGIT, _WORD, _SIGN = re.compile(r"\d"), re.compile(r"\w"), re.compile(r"\S")


class Calibration(BaseModel):
    """Turns margins into probabilities. The logit of "none of these" is `none` + `far` * distance, where
    distance is 1 less the likeness to the nearest line that was learnt."""

    sharpness: float
    none: float
    far: float = 0.0

    def shares(self, margins: Floats, distance: float) -> Floats:
        """Probabilities of the acts; what they lack to 1 is that of none."""
        logits = np.append(margins * self.sharpness, self.none + self.far * distance)
        risen = np.exp(logits - logits.max())
        return np.asarray(risen[:-1] / risen.sum(), dtype=np.float32)


@dataclass(frozen=True)
class Weights:
    """(slots, acts) in eight bits, and the scale of each act."""

    rows: NDArray[np.int8]
    scales: Floats

    def margins(self, bag: Bag) -> Floats:
        return np.asarray(bag.values @ self.rows[bag.slots].astype(np.float32) * self.scales)


def bag_of(text: str) -> Bag:
    """N-grams of a folded line in `SLOTS` slots. All digits are alike; signs count where no word stands."""
    plain = _DIGIT.sub("0", text)
    words = words_of(plain) if _WORD.search(plain) else _SIGN.findall(plain)
    return Bag.count(grams(words), SLOTS)


@dataclass(frozen=True)
class ActModel:
    """`axes` (kept, width of a vector) are the main directions of the lines, `landmarks` (lines, kept) the
    lines in them, `dual` (acts, lines) their weights. `calibrations`: without and with sentence vectors.

    Products are numpy's own and not of BLAS, whose threads wait for each other where a server has its cores
    full: 0.5 ms instead of 30.
    """

    acts: tuple[str, ...]
    gamma: float
    idf: Floats
    lexical: Weights
    joint: Weights
    mean: Floats
    axes: Floats
    landmarks: Floats
    dual: Floats
    calibrations: tuple[Calibration, Calibration]

    @property
    def width(self) -> int:
        """Of the sentence vectors that it was fitted with."""
        return len(self.mean)

    def shares(self, text: str, vector: Floats | None) -> Floats:
        """Of a folded line and its unit vector: a probability an act, together at most 1."""
        bag = bag_of(text).weighted(self.idf)
        if vector is None:
            return self.calibrations[0].shares(self.lexical.margins(bag), 0.0)
        likeness = self._likeness(np.vecdot(self.axes, center(vector[None], self.mean)[0]))
        margins = np.vecdot(self.dual, likeness) + self.joint.margins(bag)
        return self.calibrations[1].shares(margins, 1 - float(likeness.max()))

    def _likeness(self, row: Floats) -> Floats:
        """To each landmark: the Gaussian kernel of one row."""
        squares = np.vecdot(row, row) + self._lengths - 2 * np.vecdot(self.landmarks, row)
        return np.asarray(np.exp(-self.gamma * squares), dtype=np.float32)

    @cached_property
    def _lengths(self) -> Floats:
        return squared_norms(self.landmarks)
