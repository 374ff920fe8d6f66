"""The security set: large enough, of both kinds and languages, with halves that share no line."""

from __future__ import annotations

from collections import Counter
from itertools import chain

import pytest

from app.core.text import fold
from app.evaluation.cases import part
from app.evaluation.security.model import SecurityRow, files_of, read_rows
from tests.support.company import AGENTS


def half(split: str) -> dict[str, list[SecurityRow]]:
    return {language: read_rows(path) for language, path in files_of(part("security"), split, []).items()}


HALVES = {split: half(split) for split in ("dev", "test")}


@pytest.mark.parametrize("split", HALVES)
def test_each_half_has_attacks_of_many_families_and_innocent_lines_in_both_languages(split: str) -> None:
    for rows in HALVES[split].values():
        kinds = Counter(row.kind for row in rows)
        assert kinds["attack"] >= 200
        assert kinds["benign"] >= 70
        assert kinds["hard"] >= 30
        assert len({row.family for row in rows if row.kind == "attack"}) >= 12
        assert len({row.goal for row in rows} - {None}) >= 14
    assert HALVES[split].keys() == {"ru", "en"}


def test_the_halves_share_no_line_and_no_id() -> None:
    rows = {split: list(chain.from_iterable(known.values())) for split, known in HALVES.items()}
    ids = [row.id for row in chain.from_iterable(rows.values())]
    assert len(ids) == len(set(ids)) >= 1000
    lines = {split: {fold(line) for row in own for line in row.turns} for split, own in rows.items()}
    shared = {line for line in lines["dev"] & lines["test"] if len(line.split()) > 3}
    assert not shared


def test_targets_are_desks_and_belong_to_goals_that_name_one() -> None:
    for row in chain.from_iterable(rows for known in HALVES.values() for rows in known.values()):
        assert (row.target is not None) == str(row.goal).startswith("route_")
        assert row.target is None or row.target in AGENTS
        assert (row.goal is not None) == (row.kind == "attack")
