from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.core.artefact import META, WEIGHTS, Arrays, ArtefactReader, FittedMeta, save
from app.core.exceptions import SettingInvalid

FEATURES: dict[str, object] = {"slots": 4}
READER = ArtefactReader(
    "FITTED", "fitted thing", "make it", FittedMeta, FEATURES, lambda _, arrays: sized(arrays)
)


def sized(arrays: Arrays) -> int:
    return len(arrays["rows"])


def saved(folder: Path, **features: object) -> Path:
    save(folder, FittedMeta(data_hash="h", features=FEATURES | features), {"rows": np.zeros(3)})
    return folder


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    assert READER.load(saved(tmp_path)) == 3


@pytest.mark.parametrize(("name", "problem"), [(META, r"meta\.json"), (WEIGHTS, r"weights\.npz")])
def test_a_damaged_or_missing_file_is_named(tmp_path: Path, name: str, problem: str) -> None:
    (saved(tmp_path) / name).write_bytes(b"{")
    with pytest.raises(SettingInvalid, match=f"the fitted thing in .* is damaged .{problem}"):
        READER.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(SettingInvalid, match=f"has no {problem}"):
        READER.load(tmp_path)


def test_a_folder_that_cannot_be_reached_is_told_as_any_other(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match=r"the fitted thing in .* is damaged"):
        READER.load(tmp_path / ("x" * 300))


def test_one_of_other_features_tells_how_to_fit_it_anew(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="another version; run `make it`"):
        READER.load(saved(tmp_path, slots=8))


def test_it_is_read_once_and_again_when_it_is_saved_anew(tmp_path: Path) -> None:
    reader = ArtefactReader(
        "FITTED", "fitted thing", "make it", FittedMeta, FEATURES, lambda _, arrays: arrays["rows"]
    )
    first = reader.load(saved(tmp_path))
    assert reader.load(tmp_path) is first
    save(tmp_path, FittedMeta(data_hash="h", features=FEATURES), {"rows": np.ones(3)})
    assert reader.load(tmp_path).tolist() == [1, 1, 1]
