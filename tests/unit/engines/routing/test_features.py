from __future__ import annotations

import time

import pytest

from app.core.ngrams import fold_line
from app.engines.routing.artefact import load
from app.engines.routing.features import normalize
from app.engines.routing.gist import LONG, gist

KEYBOARD = load().keyboard


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ghbdtn yt hf,jnftn bynthytn", "привет не работает интернет"),
        ("lf", "да"),
        ("skolko stoit podklyuchenie", "сколько стоит подключение"),
        ("ne mogu voyti v lichnyi kabinet", "не могу войти в личный кабинет"),
        ("ьн фссщгте шы дщслув", "my account is locked"),
        ("руддщ", "hello"),
    ],
)
def test_a_wrong_keyboard_is_read_as_it_was_meant(typed: str, meant: str) -> None:
    assert KEYBOARD.repair(fold_line(typed)) == meant


@pytest.mark.parametrize(
    "text", ["my vpn does not connect", "price?", "iphone 15 pro max", "ok", "жду", "угу", "hi"]
)
def test_plain_words_are_left_alone(text: str) -> None:
    assert KEYBOARD.repair(text) == text


def test_case_yo_and_invisible_characters_do_not_change_the_features() -> None:
    first, second = (normalize(t, KEYBOARD) for t in ("Ещё не\u200b рабо\u00adтает Ё", "ЕЩЕ  НЕ РАБОТАЕТ е"))
    assert first == second


def test_a_long_story_keeps_its_telling_part() -> None:
    story = "утром мы гуляли в парке и кормили уток, погода была хорошая. " * 30
    short = gist(f"{story}верните деньги за сломанный чайник. {story}", load().lexical)
    assert "верните деньги" in short
    assert len(short.split()) <= LONG


def test_a_huge_row_of_marks_is_read_quickly() -> None:
    started = time.process_time()
    normalize("верните деньги " + "!" * 100_000, KEYBOARD)
    assert time.process_time() - started < 2
