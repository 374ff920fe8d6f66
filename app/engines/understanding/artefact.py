"""A fitted model of acts as plain arrays (npz, never pickled) and JSON."""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError

from app.core import durable
from app.core.exceptions import SettingInvalid
from app.core.kernels import dequantize
from app.engines.understanding.model import FEATURES, ActModel, Calibration, Weights

SHIPPED = Path(__file__).parent / "artefact"
ACTS = "acts.yaml"
SHIPPED_CLAIMS = Path(__file__).parent / "claims"
CLAIMS = "claims.yaml"
"""What sentences of replies do: state or promise something of this customer's, or not."""
Arrays = dict[str, NDArray[np.generic]]


class UnderstandingMeta(BaseModel):
    """What the weights belong to. `data_hash`: the lines that they were fitted on; `lines`: how many."""

    data_hash: str
    lines: int
    acts: list[str]
    features: dict[str, object] = Field(default_factory=lambda: dict(FEATURES))
    gamma: float
    lexical: Calibration
    joint: Calibration


def data_hash(locales: Path, file: str = ACTS) -> str:
    """SHA-256 over languages and bytes of the files of lines."""
    digest = hashlib.sha256()
    for path in sorted(locales.glob(f"*/{file}")):
        digest.update(path.parent.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def save(out: Path, meta: UnderstandingMeta, arrays: Arrays) -> None:
    out.mkdir(parents=True, exist_ok=True)
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    durable.write(out / "weights.npz", packed.getvalue())
    text = json.dumps(meta.model_dump(), ensure_ascii=False, indent=1, sort_keys=True)
    durable.write(out / "meta.json", text + "\n")


def load(folder: Path = SHIPPED) -> ActModel:
    """Raises SettingInvalid where it is damaged, or was made by other features than these."""
    try:
        meta = UnderstandingMeta.model_validate_json((folder / "meta.json").read_bytes())
        if meta.features != FEATURES:
            raise _unusable(folder, "was fitted by another version; run `call-center train --shipped`")
        with (folder / "weights.npz").open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return assemble(meta, dict(stored))
    except FileNotFoundError as error:
        raise _unusable(folder, f"has no {Path(error.filename).name}") from None
    except ValidationError:
        raise _unusable(folder, "is damaged (meta.json)") from None
    except (OSError, EOFError, ValueError, LookupError, BadZipFile, zlib.error):
        raise _unusable(folder, "is damaged (weights.npz)") from None


def _unusable(folder: Path, problem: str) -> SettingInvalid:
    return SettingInvalid("understanding", f"the fitted model of acts in {folder} {problem}")


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
