"""`call-center train`, as a team would use it with its own lines. The tests tell one story, in order."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.engines.routing.artefact import load
from app.engines.routing.local import LocalRouter
from app.engines.routing.versions import VersionRecord, Versions
from tests.support.command import ROOT, in_process

pytestmark = pytest.mark.xdist_group("train")

LABELS = ("tech_support", "sales", "supervisor")
Row = dict[str, Any]


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 60 of our training lines, 45 development lines, and one promoted router."""
    folder = tmp_path_factory.mktemp("team")
    write(folder / "eval_sets" / "train" / "en.jsonl", sample("train/en.jsonl", 20))
    write(folder / "eval_sets" / "dev_en.jsonl", sample("dev_en.jsonl", 15))
    train(folder, "--promote", "--force")
    return folder


def sample(name: str, each: int) -> list[Row]:
    rows = [json.loads(x) for x in (ROOT / "eval_sets" / name).read_text(encoding="utf-8").splitlines()]
    plain = [row for row in rows if row["industry"] == "general" or row["difficulty"] == "plain"]
    return [row for label in LABELS for row in [x for x in plain if x["label"] == label][:each]]


def mislabelled(rows: list[Row]) -> list[Row]:
    return [row | {"label": LABELS[LABELS.index(row["label"]) - 1]} for row in rows]


def write(path: Path, rows: list[Row]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def said(folder: Path, *arguments: str, status: int = 0, **environment: str) -> str:
    done = in_process(*arguments, cwd=folder, **environment)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def train(folder: Path, *arguments: str, status: int = 0) -> str:
    return said(folder, "train", *arguments, status=status)


def versions(folder: Path) -> list[VersionRecord]:
    return Versions(folder / "storage" / "routers").list()


def active(folder: Path) -> str:
    return (folder / "storage" / "routers" / "current").read_text(encoding="utf-8").strip()


@pytest.fixture(scope="module")
def first(team: Path) -> str:
    (only,) = versions(team)
    return only.version


@pytest.fixture(scope="module")
def worse(team: Path, first: str) -> tuple[str, str]:
    """What was said when every label was wrong, and the version that came of it."""
    rows = mislabelled(sample("train/en.jsonl", 20))
    told = train(team, "--extra", str(write(team / "bad.jsonl", rows)), "--promote", status=1)
    (version,) = {record.version for record in versions(team)} - {first}
    return told, version


def test_a_promoted_version_is_dated_and_carries_the_hash_of_its_data(team: Path, first: str) -> None:
    assert re.fullmatch(r"\d{8}-[0-9a-f]{8}", first)
    folder = team / "storage" / "routers" / first
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    assert meta["data_hash"].startswith(first.partition("-")[2])
    assert (folder / "weights.npz").exists()
    assert active(team) == first


def test_a_significant_loss_is_told_and_not_promoted(team: Path, first: str, worse: tuple[str, str]) -> None:
    told, version = worse
    assert "60 lines, 60 of them your own, in place of 60 of ours; 0 to embed." in told
    assert f"A is {first}, B is {version}, on dev_en." in told
    assert "B is worse by" in told
    assert "not promoted" in told
    assert active(team) == first


def test_the_versions_are_listed_with_the_active_one(team: Path, first: str, worse: tuple[str, str]) -> None:
    lines = said(team, "routers").splitlines()
    assert [version for version in (worse[1], first, "shipped") if any(version in x for x in lines)]
    (marked,) = [x for x in lines if x.startswith("active")]
    assert first in marked


def test_a_loss_is_used_only_by_force(team: Path, first: str, worse: tuple[str, str]) -> None:
    assert "gate not met" in said(team, "routers", "--use", worse[1], status=1)
    assert active(team) == first
    said(team, "routers", "--use", worse[1], "--force")
    assert active(team) == worse[1]
    assert worse[1] in said(team, "doctor")
    Versions(team / "storage" / "routers").promote(first)


def test_own_lines_are_learnt_and_without_promote_it_says_how_to_use_them(team: Path, first: str) -> None:
    row = {"id": "own", "text": "frobnicate the wobbler", "label": "supervisor", "confirmed": True}
    out = team / "elsewhere"
    told = train(team, "--extra", str(write(team / "own.jsonl", [row])), "--out", str(out))
    (made,) = Versions(out).list()
    assert (made.lines, made.extra) == (61, {str(team / "own.jsonl"): 1})
    assert "61 lines, 1 of them your own, in place of 0 of ours" in told
    assert f"call-center routers --use {made.version} --out {out}" in told
    assert active(team) == first
    taught = LocalRouter(load(out / made.version), None)
    assert taught.decide("frobnicate the wobbler").agent == "supervisor"


def test_a_set_that_was_learnt_from_is_refused_before_the_long_part(team: Path, first: str) -> None:
    leak = write(team / "leak.jsonl", sample("dev_en.jsonl", 1))
    before = len(versions(team))
    told = train(team, "--extra", str(leak), status=2)
    assert "Training lines stand, nearly or wholly, in a set to compare on" in told
    assert "dev_en" in told
    assert len(versions(team)) == before
    assert active(team) == first


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--shipped", "--promote"], "--lines alone"),
        (["--force"], "--promote"),
        (["--extra", "missing.jsonl"], "missing.jsonl"),
        (["--lines", "nowhere"], "0 training lines"),
    ],
)
def test_wrong_usage_ends_with_two(team: Path, arguments: list[str], problem: str) -> None:
    assert problem in train(team, *arguments, status=2)


def test_a_damaged_router_is_one_clear_sentence(team: Path, tmp_path: Path) -> None:
    for name in ("meta.json", "weights.npz"):
        shutil.copy(next((team / "storage" / "routers").glob(f"2*/{name}")), tmp_path / name)
    (tmp_path / "weights.npz").write_bytes(b"PK rubbish")
    for command in ("route", "doctor"):
        told = said(team, command, status=1 if command == "doctor" else 2, ROUTER_ARTEFACT=str(tmp_path))
        assert "Setting ROUTER_ARTEFACT is wrong: the fitted router in" in told
