"""The threat model names tests that are there, and says of every line how it stands."""

from __future__ import annotations

import re

import pytest

from tests.support.paths import ROOT

TEXT = (ROOT / "docs" / "threats.md").read_text("utf-8")
STATE = re.compile(r"\| (met|part|not|not applicable)\b[^|]*\|")
ROWS = [
    row
    for row in TEXT.splitlines()
    if row.startswith("| ") and not row.startswith(("| Where", "| Risk", "| Section"))
]


def test_each_of_the_three_lists_is_there() -> None:
    assert len(ROWS) > 50
    assert [f"LLM{n:02}" in TEXT for n in range(1, 11)] == [True] * 10
    assert [bool(re.search(rf"\bV{n}\b", TEXT)) for n in range(1, 18)] == [True] * 17


@pytest.mark.parametrize("row", ROWS)
def test_what_is_met_names_a_test_that_is_there(row: str) -> None:
    state = STATE.search(row)
    assert state, row
    named = re.findall(r"`([\w/]+\.py)`", row)
    assert [name for name in named if not (ROOT / "tests" / name).exists()] == []
    assert named or state[1] != "met"
