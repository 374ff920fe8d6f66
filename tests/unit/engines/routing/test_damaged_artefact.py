"""A fitted router that cannot be used is one clear sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.bootstrap import build
from app.core.config import Settings
from app.core.exceptions import SettingInvalid
from app.engines.routing.artefact import load
from app.engines.routing.training.fit import train_on
from app.engines.routing.training.lines import LabelledLine
from tests.support.company import LAST_RESORT, ROSTER
from tests.support.hashed import LABELS, THINGS, Hashed


def _truncated(folder: Path) -> None:
    data = (folder / "weights.npz").read_bytes()
    (folder / "weights.npz").write_bytes(data[: len(data) // 2])


def _changed(folder: Path, name: str, array: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> None:
    with np.load(folder / "weights.npz") as stored:
        arrays = dict(stored)
    np.savez(folder / "weights.npz", allow_pickle=False, **{**arrays, name: array})


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no meta": lambda folder: (folder / "meta.json").unlink(),
    "no weights": lambda folder: (folder / "weights.npz").unlink(),
    "half the meta": lambda folder: (folder / "meta.json").write_text("{"),
    "empty weights": lambda folder: (folder / "weights.npz").write_bytes(b""),
    "half the weights": _truncated,
    "text for weights": lambda folder: (folder / "weights.npz").write_text("PK not really"),
    "other shapes": lambda folder: _changed(folder, "dual", np.ones((3, 3), dtype=np.float32)),
    "no figures": lambda folder: _changed(folder, "mean", np.full(16, np.nan, dtype=np.float32)),
}


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fitted")
    lines = [LabelledLine(f"{word} of {x}", label, "en", x) for label, word in LABELS.items() for x in THINGS]
    train_on(lines, "hash", folder, Hashed(), list(LABELS), LAST_RESORT)
    return folder


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_router_is_one_clear_sentence(fitted: Path, tmp_path: Path, damage: str) -> None:
    for path in fitted.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    load(tmp_path)
    DAMAGE[damage](tmp_path)
    with pytest.raises(SettingInvalid, match=r"^Setting ROUTER_ARTEFACT is wrong: [^\n]*\.$"):
        load(tmp_path)


def test_the_application_runs_on_the_router_of_the_setting(fitted: Path, tmp_path: Path) -> None:
    settings = Settings(router_artefact=fitted, dialogs_storage_path=tmp_path)
    bench = build(settings, embedder=Hashed())
    assert bench.evaluation.targets["local"].settings["lines"] == "hash"


def test_a_router_of_another_house_is_one_clear_sentence(fitted: Path, tmp_path: Path) -> None:
    settings = Settings(router_artefact=fitted, dialogs_storage_path=tmp_path)
    with pytest.raises(SettingInvalid, match="another embedder"):
        build(settings)
    words = {**LABELS, "billing": "invoice"}
    lines = [LabelledLine(f"{word} of {x}", label, "en", x) for label, word in words.items() for x in THINGS]
    train_on(lines, "hash", tmp_path, Hashed(), [*LABELS, "billing"], LAST_RESORT)
    with pytest.raises(SettingInvalid, match="do not work here: billing"):
        build(Settings(router_artefact=tmp_path, dialogs_storage_path=tmp_path), embedder=Hashed())


def test_a_house_without_one_of_the_agents_of_the_shipped_router_is_one_clear_sentence(
    tmp_path: Path,
) -> None:
    with pytest.raises(SettingInvalid, match="do not work here: supervisor"):
        build(Settings(dialogs_storage_path=tmp_path), embedder=Hashed(), roster=ROSTER[:2])
