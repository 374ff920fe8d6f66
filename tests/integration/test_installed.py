"""Installed by pip, away from a checkout: the sets and scenarios are where the commands look for them."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from subprocess import run

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.support.command import ROOT, clean_environment

LARGEST = 16 * 2**20  # two fitted models and the articles' vectors are 10 MB of it


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a wheel holds, unpacked."""
    folder = tmp_path_factory.mktemp("installed")
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(folder / "dist"), versions=["standard"])
    assert Path(wheel).stat().st_size < LARGEST
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


CALLS = """
import json, sys
from typer.testing import CliRunner
from app.cli.main import app
done = [CliRunner().invoke(app, each) for each in json.loads(sys.argv[1])]
print(json.dumps([(each.exit_code, each.stderr) for each in done]), file=sys.__stdout__)
"""


def calls(site: Path, folder: Path, *commands: Sequence[str]) -> list[tuple[int, str]]:
    """Exit status and what was said of each, in one process: the libraries load once."""
    environment = {**clean_environment(), "PYTHONPATH": str(site)}
    command = [sys.executable, "-c", CALLS, json.dumps(commands)]
    done = run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=True)
    return [tuple(each) for each in json.loads(done.stdout.splitlines()[-1])]


def test_sets_are_found_where_there_is_no_checkout(site: Path, tmp_path: Path) -> None:
    majority = ("--router", "baseline:majority", "--limit", "2")
    checked, measured, played, fitted = calls(
        site,
        tmp_path,
        ["eval", "check"],
        ["eval", "run", "dev_ru", *majority],
        ["eval", "scenarios", "--only", "quote", "--min-pass", "0"],
        ["train", "--shipped"],
    )
    assert checked[0] == 0
    assert checked[1].splitlines()[-1] == "0 errors, 0 warnings."
    assert (measured[0], played[0], fitted[0]) == (0, 0, 2)
    assert "run it in a checkout of the source" in fitted[1]
    assert not (tmp_path / "eval_sets").exists()


def test_sets_of_the_team_stand_first_and_shipped_ones_are_found_by_name(site: Path, tmp_path: Path) -> None:
    own = '{"id": "1", "text": "почём тариф?", "label": "sales"}\n'
    (tmp_path / "eval_sets").mkdir()
    (tmp_path / "eval_sets" / "mine.jsonl").write_text("\ufeff" + own, encoding="utf-8")
    run_it = ("--router", "baseline:majority", "--limit", "1")
    named = calls(site, tmp_path, *(["eval", "run", name, *run_it] for name in ("mine", "dev_en", "unknown")))
    assert [status for status, _ in named] == [0, 0, 2]
    assert named[-1][1].strip() == "Set unknown: no such file or set; available sets: mine."


def test_where_no_sets_were_installed_a_sentence_says_how_to_get_some(site: Path, tmp_path: Path) -> None:
    """The image leaves the sets out."""
    bare = tmp_path / "bare"
    shutil.copytree(site, bare, ignore=shutil.ignore_patterns("eval_sets"))
    [(status, told)] = calls(bare, tmp_path, ["eval", "run", "dev_ru", "--router", "baseline:majority"])
    assert status == 2
    assert told.startswith("Set dev_ru: no such file or set; this installation holds no sets: ")
    assert "eval_sets" in told
    assert "call-center eval import" in told
    assert "none" not in told
