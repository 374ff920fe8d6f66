"""Fitting the model of acts on a handful of lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engines.understanding.artefact import data_hash, load
from app.engines.understanding.reader import LineReader
from app.engines.understanding.training.fit import train_acts
from tests.support.hashed import THINGS, Hashed

WORDS = {"refund": "return", "order": "buy", "fault": "broken"}


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    (tmp_path / "locales" / "en").mkdir(parents=True)
    rows = [
        f"{act}:\n" + "".join(f"- {word} my {thing}\n" for thing in THINGS) for act, word in WORDS.items()
    ]
    (tmp_path / "locales" / "en" / "acts.yaml").write_text("".join(rows), encoding="utf-8")
    return tmp_path / "locales"


def test_fitting_twice_gives_the_same_bytes(locales: Path, tmp_path: Path) -> None:
    assert train_acts(locales, tmp_path / "a", Hashed()) == train_acts(locales, tmp_path / "b", Hashed())
    for name in ("weights.npz", "meta.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_small_fit_reads_what_it_was_taught(locales: Path, tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    report = train_acts(locales, tmp_path, Hashed(), lambda done, of: heard.append((done, of)))
    assert (report.lines, report.acts, heard) == (30, 3, [(30, 30)])
    for reader in (LineReader(load(tmp_path)), LineReader(load(tmp_path), Hashed())):
        shares = dict(reader.read("please buy a lamp").acts)
        assert max(shares, key=lambda act: shares[act]) == "order"


def test_other_lines_have_another_hash(locales: Path) -> None:
    before = data_hash(locales)
    path = locales / "en" / "acts.yaml"
    path.write_text(path.read_text("utf-8") + "- it fell apart\n", encoding="utf-8")
    assert data_hash(locales) != before
