"""Fitted figures on disk: plain arrays (npz, never pickled) beside JSON."""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Generic, TypeVar
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from app.core import durable
from app.core.exceptions import SettingInvalid

Arrays = dict[str, NDArray[np.generic]]
META, WEIGHTS = "meta.json", "weights.npz"


class FittedMeta(BaseModel):
    """`features`: what lines were turned into when it was fitted. `data_hash`: the lines."""

    data_hash: str
    features: dict[str, object]


M = TypeVar("M", bound=FittedMeta)
T = TypeVar("T")


def hash_lines(files: Iterable[tuple[str, Path]]) -> str:
    """SHA-256 over names and bytes."""
    digest = hashlib.sha256()
    for name, path in files:
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def save(out: Path, meta: BaseModel, arrays: Arrays) -> None:
    out.mkdir(parents=True, exist_ok=True)
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    durable.write(out / WEIGHTS, packed.getvalue())
    text = json.dumps(meta.model_dump(), ensure_ascii=False, indent=1, sort_keys=True)
    durable.write(out / META, text + "\n")


@dataclass(frozen=True, eq=False)
class ArtefactReader(Generic[M, T]):
    """`name` and `command` stand in what is told of one that is of no use; `assemble` may raise ValueError,
    LookupError or AttributeError for arrays that do not fit."""

    setting: str
    name: str
    command: str
    meta: type[M]
    features: Mapping[str, object]
    assemble: Callable[[M, Arrays], T]

    def load(self, folder: Path) -> T:
        """What was read before is shared while its files stay the same.

        Raises SettingInvalid where it is damaged, or was made by other features than these.
        """
        stamp = _stamp(folder)
        loaded: T = _read_once(self, folder, stamp) if stamp else self.read(folder)
        return loaded

    def read(self, folder: Path) -> T:
        try:
            meta = self.meta.model_validate_json((folder / META).read_bytes())
            if meta.features != self.features:
                raise self._unusable(folder, f"was fitted by another version; run `{self.command}`")
            with (folder / WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as stored:
                return self.assemble(meta, dict(stored))
        except FileNotFoundError as error:
            raise self._unusable(folder, f"has no {Path(error.filename).name}") from None
        except ValidationError:
            raise self._unusable(folder, f"is damaged ({META})") from None
        except (OSError, EOFError, ValueError, LookupError, AttributeError, BadZipFile, zlib.error):
            raise self._unusable(folder, f"is damaged ({WEIGHTS})") from None

    def _unusable(self, folder: Path, problem: str) -> SettingInvalid:
        return SettingInvalid(self.setting, f"the {self.name} in {folder} {problem}")


Stamp = tuple[tuple[int, ...], ...]


def _stamp(folder: Path) -> Stamp:
    """Changes with every `save`, which replaces the files. Empty where they cannot be reached."""
    try:
        stats = [path.stat() for path in (folder / META, folder / WEIGHTS)]
    except OSError:
        return ()
    return tuple((stat.st_ino, stat.st_size, stat.st_mtime_ns) for stat in stats)


@lru_cache(maxsize=8)
def _read_once(reader: ArtefactReader[M, T], folder: Path, _: Stamp) -> T:
    return reader.read(folder)
