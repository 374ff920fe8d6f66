"""The face for notebooks promotes what the command line would promote, and nothing else."""

from __future__ import annotations

import importlib
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app import notebook
from app.bootstrap import build
from app.bootstrap.lessons import TrainingRefused
from app.core.exceptions import SettingInvalid
from app.engines.routing.artefact import SHIPPED
from app.engines.routing.versions import DEFAULT, VersionRecord, Versions, artefact_folder
from app.notebook import Desk
from tests.support.server import settings


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    return Desk(build(settings(tmp_path), articles=[]))


def fitted(name: str, **more: object) -> None:
    versions = Versions(DEFAULT.parent)
    told = {"version": name, "fitted": datetime(2026, 11, 1, tzinfo=UTC), "lines": 1, "labels": {}, **more}
    with versions.new() as part:
        shutil.copytree(SHIPPED, part, dirs_exist_ok=True)
        versions.keep(part, VersionRecord.model_validate(told))


def test_runs_and_corrections_are_kept_where_the_setting_says(tmp_path: Path) -> None:
    bench = build(settings(tmp_path, eval_runs=tmp_path / "elsewhere" / "runs"), articles=[])
    assert bench.evaluation.registry.root == tmp_path / "elsewhere" / "runs"
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "corrections.jsonl").write_text("", encoding="utf-8")
    assert Desk(bench).corrections() == []


def test_a_version_that_was_never_compared_is_not_promoted(desk: Desk) -> None:
    fitted("new")
    with pytest.raises(TrainingRefused, match="never compared"):
        desk.promote("new")
    assert artefact_folder(DEFAULT) == SHIPPED
    desk.promote("new", force=True)
    assert artefact_folder(DEFAULT) == DEFAULT.parent / "new"
    desk.promote("shipped")
    assert artefact_folder(DEFAULT) == SHIPPED


def test_a_version_that_lost_is_not_promoted_and_one_that_did_not_is(desk: Desk) -> None:
    fitted("lost", sentence="B is worse.", losses=["Accuracy fell significantly: B is worse."])
    fitted("won", sentence="B is better.")
    with pytest.raises(TrainingRefused, match="Accuracy fell"):
        desk.promote("lost")
    desk.promote("won")
    assert artefact_folder(DEFAULT) == DEFAULT.parent / "won"


def test_a_damaged_version_is_not_promoted(desk: Desk) -> None:
    fitted("won", sentence="B is better.")
    (DEFAULT.parent / "won" / "weights.npz").write_bytes(b"")
    with pytest.raises(SettingInvalid):
        desk.promote("won", force=True)


def test_notebooks_of_before_still_find_it_under_its_old_name() -> None:
    sys.modules.pop("app.lab", None)
    with pytest.warns(DeprecationWarning, match=r"app\.notebook"):
        old = importlib.import_module("app.lab")
    assert old is notebook
