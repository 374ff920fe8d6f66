"""How workers of one supervisor know of each other."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from app.ui.workers import Workers, find_supervisor

pytest.importorskip("gradio")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_whoever_was_started_by_nobody_is_alone() -> None:
    assert find_supervisor() is None
    assert not Workers(None).several
    assert not Workers(None).second


def test_workers_of_one_supervisor_know_that_they_are_several() -> None:
    first = Workers(7)
    assert not first.several
    second, third, stranger = Workers(7), Workers(7), Workers(8)
    assert [each.several for each in (first, second, third, stranger)] == [True, True, True, False]
    assert [each.second for each in (first, second, third, stranger)] == [False, True, False, False]


def test_whose_neighbours_have_ended_is_alone_again() -> None:
    first, second = Workers(7), Workers(7)
    assert first.several
    del second
    assert not first.several
    del first
    assert not Workers(7).several
