"""Long lines are read in pieces, so that no order hides in the middle of one."""

from __future__ import annotations

import pytest

from app.adapters.embeddings import load_embedder
from app.core.models import Reading
from app.engines.understanding.artefact import SHIPPED_ATTACKS, load
from app.engines.understanding.attacks import ATTACK, AttackDetector
from app.engines.understanding.reader import HEARD, LineReader


class Marker:
    """Suspects what holds the word; notes how much it was given."""

    def __init__(self) -> None:
        self.longest = 0

    def read(self, line: str) -> Reading:
        self.longest = max(self.longest, len(line))
        return Reading(((ATTACK, 1.0 if "override" in line else 0.0),))


@pytest.mark.parametrize("before", [0, 1, HEARD // 2 - 4, HEARD - 4, HEARD * 3 - 3, HEARD * 5])
@pytest.mark.parametrize("after", [0, 7, HEARD * 2])
def test_an_order_is_found_wherever_it_stands(before: int, after: int) -> None:
    marker = Marker()
    detector = AttackDetector(marker)  # type: ignore[arg-type]
    assert detector.suspects("a" * before + "override" + "b" * after)
    assert marker.longest <= HEARD


@pytest.mark.parametrize("length", [0, 1, HEARD, HEARD * 4 + 1])
def test_a_line_without_one_is_let_through(length: int) -> None:
    assert not AttackDetector(Marker()).suspects("a" * length)  # type: ignore[arg-type]


ORDINARY = (
    "ок",
    "ok",
    "ок спасибо",
    "продолжай",
    "just carry on",
    "да, давай",
    "yes",
    "сирень",
    "again please",
)


def test_what_people_answer_with_is_no_order() -> None:
    """An attack in several lines may end in “ok”: its last line tells nothing."""
    model, embedder = load(SHIPPED_ATTACKS), load_embedder()
    assert embedder is not None
    detector = AttackDetector(LineReader(model, embedder))
    assert [line for line in ORDINARY if detector.suspects(line)] == []
