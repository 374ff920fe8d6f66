"""kill -9 under customers who repeat: three loads, and what the checker says when a guard is switched off."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import pytest

from tests.faults.loads import LOADS, play
from tests.faults.report import note
from tests.faults.warm import warm

pytestmark = [pytest.mark.xdist_group("server"), pytest.mark.timeout(2400)]
TORTURE = "TORTURE" in os.environ
KILLS = 70 if TORTURE else 4
TURNS = 7_000 if TORTURE else 24


@pytest.fixture(scope="module")
def house() -> Iterator[Popen[str]]:
    with warm() as process:
        yield process


@pytest.mark.parametrize("load", LOADS)
def test_what_was_acknowledged_stands_once_in_order_after_kills(
    house: Popen[str], tmp_path: Path, load: str
) -> None:
    outcome = play(house, tmp_path / "house", load, KILLS, TURNS)
    wrong = +outcome.faults
    note(
        f"kill -9, {load}: acknowledged turns lost, doubled or out of order",
        sum(wrong.values()),
        outcome.turns,
    )
    if load == "acts":
        note("kill -9: acts done twice", wrong["act twice"], outcome.acts)
    assert wrong == {}
    assert outcome.turns >= TURNS
    assert (outcome.acts >= outcome.turns) is (load == "acts")


CONTROLS = [
    ("late", "many dialogs", {"lost"}),
    ("keyless", "many dialogs", {"duplicated"}),
    ("careless", "acts", {"act twice"}),
]


@pytest.mark.parametrize(("mode", "load", "expected"), CONTROLS, ids=[mode for mode, _, _ in CONTROLS])
def test_the_checker_reports_a_guard_that_is_switched_off(
    house: Popen[str], tmp_path: Path, mode: str, load: str, expected: set[str]
) -> None:
    """Written late, without idempotency, without either guard of acts: the same kills, other findings."""
    outcome = play(house, tmp_path / "house", load, 3, 45, mode)
    assert expected <= (+outcome.faults).keys()
