from __future__ import annotations

import time

import numpy as np
import pytest

from app.engines.routing.artefact import load
from app.engines.routing.features import DIMENSIONS, Bag, fold, normalize, strip_courtesies
from app.engines.routing.gist import LONG, gist

KEYBOARD = load().keyboard


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ghbdtn yt hf,jnftn bynthytn", "привет не работает интернет"),
        ("lf", "да"),
        ("skolko stoit podklyuchenie", "сколко стоит подключение"),
        ("ne mogu voyti v lichnyi kabinet", "не могу войти в личный кабинет"),
        ("ьн фссщгте шы дщслув", "my account is locked"),
        ("руддщ", "hello"),
    ],
)
def test_a_wrong_keyboard_is_read_as_it_was_meant(typed: str, meant: str) -> None:
    assert KEYBOARD.repair(fold(typed)) == meant


@pytest.mark.parametrize(
    "text", ["my vpn does not connect", "price?", "iphone 15 pro max", "ok", "жду", "угу", "hi"]
)
def test_plain_words_are_left_alone(text: str) -> None:
    assert KEYBOARD.repair(text) == text


def test_case_yo_and_invisible_characters_do_not_change_the_features() -> None:
    first, second = (normalize(t, KEYBOARD) for t in ("Ещё не\u200b рабо\u00adтает Ё", "ЕЩЕ  НЕ РАБОТАЕТ е"))
    assert first == second


def test_courtesies_at_the_ends_are_dropped() -> None:
    assert (
        strip_courtesies("добрый день! подскажите, пожалуйста. где мой чек, заранее спасибо!")
        == "где мой чек"
    )
    assert strip_courtesies("hello there, my screen is black, many thanks in advance") == "my screen is black"


@pytest.mark.parametrize("text", ["спасибо", "hello", "thank you very much", "спасибо, что списали дважды"])
def test_a_courtesy_that_is_the_message_stays(text: str) -> None:
    assert strip_courtesies(text) == text


def test_a_bag_is_hashed_alike_on_every_run() -> None:
    bag = Bag.of("не работает")
    assert bag.slots.max() < DIMENSIONS
    assert sorted(bag.slots.tolist())[:3] == sorted(Bag.of("не работает").slots.tolist())[:3]
    assert np.isclose(np.linalg.norm(bag.weighted(load().lexical.idf).values), 1)


def test_an_empty_bag_weighs_nothing() -> None:
    assert Bag.of("👍").weighted(load().lexical.idf).values.size in {0, 1}


def test_a_long_story_keeps_its_telling_part() -> None:
    story = "утром мы гуляли в парке и кормили уток, погода была хорошая. " * 30
    short = gist(f"{story}верните деньги за сломанный чайник. {story}", load().lexical)
    assert "верните деньги" in short
    assert len(short.split()) <= LONG


def test_a_huge_row_of_marks_is_read_quickly() -> None:
    started = time.process_time()
    normalize("верните деньги " + "!" * 100_000, KEYBOARD)
    assert time.process_time() - started < 2
