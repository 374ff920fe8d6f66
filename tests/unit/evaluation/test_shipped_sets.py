"""The gate over the labelled sets as they are."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from app.evaluation.cases import read_set
from app.evaluation.check import check
from app.evaluation.retrieval import is_questions
from tests.support.company import AGENTS
from tests.support.paths import ROOT

SETS = ROOT / "eval_sets"
ALL = sorted(SETS.glob("*.jsonl")) + sorted((SETS / "train").glob("*.jsonl"))
FILES = [path for path in ALL if not is_questions(path)]


def test_the_labelled_sets_pass_the_check() -> None:
    assert check(SETS, AGENTS) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SETS).as_posix())
def test_the_datasheet_counts_what_the_file_holds(path: Path) -> None:
    each = read_set(path)
    labels = Counter(turn.expected for case in each.cases for turn in case.turns if turn.expected)
    shares = " | ".join(str(labels[label] or "–") for label in (*AGENTS, "stay"))
    row = f"| `{path.relative_to(SETS).as_posix()}` | {len(each.cases)} | {each.size} | {shares} |"
    assert row in (SETS / "README.md").read_text(encoding="utf-8")


def test_the_test_sets_are_large_enough_to_decide() -> None:
    assert len(read_set(SETS / "routing_ru.jsonl").cases) >= 800
    assert len(read_set(SETS / "transcripts_ru.jsonl").cases) >= 80


def test_no_id_stands_in_two_files() -> None:
    ids = Counter(case.id for path in FILES for case in read_set(path).cases)
    assert [each for each, times in ids.items() if times > 1] == []
