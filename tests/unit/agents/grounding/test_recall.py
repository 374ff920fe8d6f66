"""The later invented sets: shares, because what a fresh author thinks of is never caught in full."""

from __future__ import annotations

import pytest

from app.agents.grounding import unsupported
from tests.unit.agents.grounding.tables import LANGS, replies

SETS = ("regression_4", "regression_5", "regression_6")
LEAST = 0.84  # of a set and language, after its cues were extended; first-pass figures: docs/grounding.md


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", SETS)
def test_most_unsupported_replies_of_a_set_are_withheld(name: str, lang: str) -> None:
    rows = [(row, evidence) for row, evidence in replies(name, "broken") if row["lang"] == lang]
    caught = [row for row, evidence in rows if unsupported(row["reply"], evidence, lang)]
    assert len(caught) >= LEAST * len(rows)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", SETS)
def test_no_honest_reply_of_a_set_is_withheld(name: str, lang: str) -> None:
    rows = [(row, evidence) for row, evidence in replies(name, "sound") if row["lang"] == lang]
    assert [row["reply"] for row, evidence in rows if unsupported(row["reply"], evidence, lang)] == []
