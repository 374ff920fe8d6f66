from __future__ import annotations

import pytest

from app.core.courtesies import is_courtesy, strip_courtesies


def test_courtesies_at_the_ends_are_dropped() -> None:
    assert (
        strip_courtesies("добрый день! подскажите, пожалуйста. где мой чек, заранее спасибо!")
        == "где мой чек"
    )
    assert strip_courtesies("hello there, my screen is black, many thanks in advance") == "my screen is black"


@pytest.mark.parametrize("text", ["спасибо", "hello", "thank you very much", "спасибо, что списали дважды"])
def test_a_courtesy_that_is_the_message_stays(text: str) -> None:
    assert strip_courtesies(text) == text


def test_greeting_and_thanks_alone_are_a_courtesy() -> None:
    assert is_courtesy("добрый день, заранее спасибо")
    assert not is_courtesy("добрый день, где заказ")
