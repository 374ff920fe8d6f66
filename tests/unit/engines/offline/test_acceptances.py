"""Clauses that only tell that the terms of a question are known, or that they suit."""

from __future__ import annotations

import pytest

from app.engines.offline.acceptances import beside_terms
from tests.support.consents import question_to


@pytest.mark.parametrize(
    ("said", "rest", "told"),
    [
        ("i know the plan ends, refund me", "refund me", {"informed"}),
        ("yes, 3 to 5 days is fine", "yes", {"suits"}),
        ("yes i have read the terms", "yes", {"informed"}),
        ("i know my rights, refund me", "i know my rights, refund me", set()),
        ("yes, 4 days is fine", "yes, 4 days is fine", set()),
        ("yes, refund me", "yes, refund me", set()),
    ],
)
def test_only_what_stands_in_the_question_is_taken_away(said: str, rest: str, told: set[str]) -> None:
    assert beside_terms("refund_payment", said, question_to("refund_payment", "en").lower()) == (rest, told)
