"""A fitted model of acts: its arrays and what they belong to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydantic import Field

from app.core.artefact import Arrays, ArtefactReader, FittedMeta, hash_lines
from app.core.kernels import dequantize
from app.engines.understanding.model import FEATURES, ActModel, Calibration, Weights

SHIPPED = Path(__file__).parent / "artefact"
ACTS = "acts.yaml"
SHIPPED_CLAIMS = Path(__file__).parent / "claims"
CLAIMS = "claims.yaml"
"""What sentences of replies do: state or promise something of this customer's, or not."""


SHIPPED_ATTACKS = Path(__file__).parent / "attack_artefact"


class UnderstandingMeta(FittedMeta):
    """What the weights belong to; `lines`: how many they were fitted on."""

    lines: int
    acts: list[str]
    features: dict[str, object] = Field(default_factory=lambda: dict(FEATURES))
    gamma: float
    lexical: Calibration
    joint: Calibration


def data_hash(locales: Path, file: str = ACTS) -> str:
    """SHA-256 over languages and bytes of the files of lines."""
    return hash_lines((path.parent.name, path) for path in sorted(locales.glob(f"*/{file}")))


def load(folder: Path = SHIPPED) -> ActModel:
    """Raises SettingInvalid where it is damaged, or was made by other features than these."""
    return READER.load(folder)


def assemble(meta: UnderstandingMeta, arrays: Arrays) -> ActModel:
    """Wide figures from the narrow ones that are stored; weights of n-grams stay narrow."""
    wide = {name: array.astype(np.float32) for name, array in arrays.items() if not name.endswith("_rows")}
    return ActModel(
        acts=tuple(meta.acts),
        gamma=meta.gamma,
        idf=wide["idf"],
        lexical=Weights(arrays["lexical_rows"].astype(np.int8), wide["lexical_scales"]),
        joint=Weights(arrays["joint_rows"].astype(np.int8), wide["joint_scales"]),
        mean=wide["mean"],
        axes=np.ascontiguousarray(wide["axes"].T),
        landmarks=dequantize(arrays["landmark_rows"].astype(np.int8), wide["landmark_scales"]),
        dual=np.ascontiguousarray(dequantize(arrays["dual_rows"].astype(np.int8), wide["dual_scales"]).T),
        calibrations=(meta.lexical, meta.joint),
    )


READER = ArtefactReader(
    "understanding",
    "fitted model of acts",
    "call-center train --shipped",
    UnderstandingMeta,
    FEATURES,
    assemble,
)
