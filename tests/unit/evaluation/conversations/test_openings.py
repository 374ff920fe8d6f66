"""Every opening of a test half is on record, also one that crashed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from app.evaluation.conversations.model import read_lines
from app.evaluation.conversations.openings import (
    Opening,
    count_openings,
    digest_of,
    log_figures,
    log_opening,
)

FIRST = Opening(
    date=datetime(2026, 12, 1, tzinfo=UTC), commit="abc", what="consent", reason="why", digest="d"
)


def test_openings_are_counted_with_and_without_figures(tmp_path: Path) -> None:
    log = tmp_path / "openings.jsonl"
    assert count_openings(log, "consent") == 0
    log_opening(log, FIRST)
    log_figures(log, FIRST, {"acted": 0.0})
    log_opening(log, FIRST)
    assert count_openings(log, "consent") == 2
    assert count_openings(log, "demands") == 0
    assert [line.figures for line in read_lines(log, Opening)] == [None, {"acted": 0.0}, None]


def test_the_digest_is_that_of_the_content(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("1", encoding="utf-8")
    second.write_text("2", encoding="utf-8")
    assert digest_of([first, second]) == digest_of([second, first])
    assert digest_of([first]) != digest_of([second])
