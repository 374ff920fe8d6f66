"""What a line says again of the question."""

from __future__ import annotations

import pytest

from app.engines.offline.question_words import figures_as_words, kind_of

ORDER = "orbita hub. delivery by courier is free: 3–5 days. it comes to 12900 ₽. shall i place the order?"
DROP = "order 1005: orbita key, 2490 ₽. it is not paid. shall i cancel this order?"


@pytest.mark.parametrize(
    ("tool", "asked", "said", "kind"),
    [
        ("create_order", ORDER, "the hub", "given"),
        ("create_order", ORDER, "for 12900", "given"),
        ("create_order", ORDER, "order 5", ""),
        ("create_order", ORDER, "the key", ""),
        ("create_order", ORDER, "is free", ""),
        ("create_order", "заказ o-1006. оформить еще один?", "да еще", "given"),
        ("create_order", ORDER, "да еще", ""),
        ("cancel_order", DROP, "the key", "thing"),
        ("cancel_order", DROP, "the order", "thing"),
        ("cancel_order", DROP, "is paid", "again"),
    ],
)
def test_what_may_stand_beside_a_yes_depends_on_the_act(tool: str, asked: str, said: str, kind: str) -> None:
    tokens = said.split()
    assert kind_of(tool, tokens, len(tokens) - 1, asked) == kind


def test_numbers_of_records_and_sums_are_one_word() -> None:
    assert figures_as_words("order o-1005 for 12 900, 12.50 more") == "order 1005 for 12900, 12_50 more"
