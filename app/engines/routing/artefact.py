"""The fitted router: its arrays and what they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import BaseModel, Field, model_validator

from app.core.artefact import Arrays, ArtefactReader, FittedMeta, hash_lines
from app.core.kernels import dequantize
from app.core.ngrams import DIMENSIONS, SETTINGS
from app.engines.routing.dialog import Stays
from app.engines.routing.keyboard import ALPHABETS, Keyboard, Spelling
from app.engines.routing.model import Landmarks, Linear

SHIPPED = Path(__file__).parent / "artefact"
STAY = "stay"
NONE = np.array([], dtype=np.int64)  # usual words in what was fitted before there were any


class Stage(BaseModel):
    """Sharpness of the softmax that turns margins into probabilities (1 / temperature)."""

    agents: float
    dialog: float


class ArtefactMeta(FittedMeta):
    """What else a decision needs, and where the weights come from.

    `accept`: lexical confidence from which the embedding stage is spared. `stays`: by stage, who keeps a
    customer in a dialog; empty where no dialogs were learnt. `take_over`: share from which an agent takes a
    customer over from another; `switch` is that share where the dialog is not known. `too_little`: share of
    follow-ups from which a brief first contact says nothing about where it belongs. `last_resort`: the agent
    that it is costliest to miss; what was fitted before it was written down has the lowest bar for it.
    """

    agents: list[str]
    last_resort: str = ""
    features: dict[str, object] = Field(default_factory=lambda: dict(SETTINGS))
    gamma: float
    lexical: Stage
    embedding: Stage
    accept: float
    switch: float
    too_little: float
    take_over: dict[str, float] = Field(default_factory=dict)
    stays: dict[str, Stays] = Field(default_factory=dict)
    figures: dict[str, float]

    @model_validator(mode="after")
    def _of_old(self) -> ArtefactMeta:
        if not self.last_resort and self.take_over:
            self.last_resort = min(self.take_over, key=lambda name: self.take_over[name])
        return self


@dataclass(frozen=True)
class Artefact:
    meta: ArtefactMeta
    keyboard: Keyboard
    lexical: Linear
    landmarks: Landmarks


def data_hash(folder: Path) -> str:
    """SHA-256 over names and bytes of the training files."""
    return hash_lines((path.name, path) for path in sorted(folder.glob("*.jsonl")))


def load(folder: Path = SHIPPED) -> Artefact:
    """Raises SettingInvalid where it is damaged, or was made by other features than these."""
    return READER.load(folder)


def _measured(meta: ArtefactMeta, arrays: Arrays) -> Artefact:
    _measure(meta, arrays)
    return assemble(meta, arrays)


def _measure(meta: ArtefactMeta, arrays: Arrays) -> None:
    """Raises ValueError where the arrays do not fit each other or hold no figures."""
    classes, slots = len(meta.agents) + 1, (DIMENSIONS,)
    lines, width = arrays["landmarks"].shape
    shapes = {"idf": slots, "lexical_weights": (*slots, classes), "joint_weights": (*slots, classes)}
    shapes |= {"scales": (lines,), "dual": (lines, classes), "mean": (width,)}
    shapes |= {f"bigrams_{lang}": (len(letters),) * 2 for lang, letters in ALPHABETS.items()}
    for name, shape in shapes.items():
        if arrays[name].shape != shape or not np.isfinite(arrays[name]).all():
            raise ValueError(name)


def assemble(meta: ArtefactMeta, arrays: Arrays) -> Artefact:
    """Wide figures from the narrow ones that are stored."""
    whole = {"landmarks", *(f"words_{lang}" for lang in ALPHABETS)}
    wide = {name: array.astype(np.float32) for name, array in arrays.items() if name not in whole}
    linear = Linear(wide["idf"], wide["joint_weights"])
    vectors = dequantize(arrays["landmarks"].astype(np.int8), wide["scales"])
    ru, en = (
        Spelling(letters, wide[f"bigrams_{lang}"], frozenset(arrays.get(f"words_{lang}", NONE).tolist()))
        for lang, letters in ALPHABETS.items()
    )
    return Artefact(
        meta=meta,
        keyboard=Keyboard(ru, en),
        lexical=Linear(wide["idf"], wide["lexical_weights"]),
        landmarks=Landmarks(wide["mean"], vectors, wide["dual"], meta.gamma, linear),
    )


READER = ArtefactReader(
    "ROUTER_ARTEFACT", "fitted router", "call-center train", ArtefactMeta, SETTINGS, _measured
)
