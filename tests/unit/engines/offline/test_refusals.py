"""A no before another wish."""

from __future__ import annotations

import pytest

from app.engines.offline.refusals import has_refusal, leading_refusal


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("No thanks. Where is my order?", ("No thanks.", "Where is my order?")),
        ("nah leave it as is. which plan is mine", ("nah leave it as is.", "which plan is mine")),
        ("нет, не надо. а где мой заказ?", ("нет, не надо.", "а где мой заказ?")),
        ("no, monthly", ("", "no, monthly")),
        ("where is my order", ("", "where is my order")),
    ],
)
def test_a_no_in_a_clause_of_its_own_is_taken_off(line: str, parts: tuple[str, str]) -> None:
    assert leading_refusal(line) == parts


def test_a_clause_that_is_nothing_but_a_no_refuses() -> None:
    assert has_refusal("not this month. leave it as it is")
    assert not has_refusal("not this month, the next one")
