"""The same message as other people would type it."""

from __future__ import annotations

from random import Random

import pytest

from app.evaluation.passes import PERTURBATIONS, PREFIX_WORDS, RunOptions, passes_over, phrases
from tests.unit.evaluation.scripted import message, messages

RU = "Ещё раз: не могу войти в приложение, ошибка 403!"
EN = "I can't log in to the app - error 403?"
EXPECTED = {
    "yo": (RU.replace("ё", "е"), EN),
    "case_lower": (RU.lower(), EN.lower()),
    "case_upper": (RU.upper(), EN.upper()),
    "layout": ("To` hfp: yt vjue djqnb d ghbkj;tybt, jib,rf 403!", "Ш сфтэе дщп шт ещ еру фзз - уккщк 403?"),
    "translit": ("Eschyo raz: ne mogu voyti v prilozhenie, oshibka 403!", EN),
    "no_punctuation": ("Ещё раз не могу войти в приложение ошибка 403", "I cant log in to the app error 403"),
    "speech": (
        "ещё раз не могу войти в приложение ошибка четыре ноль три",
        "i cant log in to the app error four zero three",
    ),
    "mixing": ("Ещё раз: не могу войти в app, error 403!", "I can't log in to the приложение - ошибка 403?"),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_it_reads_like_this(name: str) -> None:
    assert (PERTURBATIONS[name](RU, Random(0)), PERTURBATIONS[name](EN, Random(0))) == EXPECTED[name]


def test_the_promised_ones_are_there() -> None:
    assert list(PERTURBATIONS) == [
        "yo", "case_lower", "case_upper", "typos", "layout", "translit", "no_punctuation", "speech",
        "fillers", "mixing", "polite", "prefix",
    ]  # fmt: skip


@pytest.mark.parametrize("name", PERTURBATIONS)
@pytest.mark.parametrize("text", ["", " ", "ок", "?!", "a", "😀", "123 $5", "i", "Ё", "\u200b", "a\nb" * 400])
def test_it_takes_any_text(name: str, text: str) -> None:
    assert isinstance(PERTURBATIONS[name](text, Random(1)), str)


@pytest.mark.parametrize("text", [RU, EN])
def test_typos_are_few_and_leave_the_length_nearly_as_it_was(text: str) -> None:
    for seed in range(50):
        slipped = PERTURBATIONS["typos"](text, Random(seed))
        assert abs(len(slipped) - len(text)) <= 3
        changed = sum(a != b for a, b in zip(slipped.split(), text.split(), strict=True))
        assert changed <= 3


@pytest.mark.parametrize("text", [RU, EN])
def test_wrappings_keep_the_message_whole(text: str) -> None:
    assert text in PERTURBATIONS["polite"](text, Random(3))
    prefixed = PERTURBATIONS["prefix"](text, Random(3))
    assert prefixed.endswith(f". {text}")
    assert PREFIX_WORDS <= len(prefixed.removesuffix(text).split()) < PREFIX_WORDS + 30
    words = iter(PERTURBATIONS["fillers"](text, Random(3)).split())
    assert all(word in words for word in text.split())


def test_the_prefixes_speak_in_one_language() -> None:
    assert all(c.isascii() for line in phrases("en")["prefix"] for c in line)
    assert not any("a" <= c <= "z" for line in phrases("ru")["prefix"] for c in line.lower())


def test_the_same_seed_and_case_give_the_same_texts() -> None:
    def texts(seed: int) -> dict[tuple[str, str | None], str]:
        cases = messages(*["sales"] * 5)
        cases.cases += [message(9, "sales", RU)]
        made = passes_over([cases], RunOptions(perturb=True, seed=seed))
        return {(each.case.id, each.perturbation): each.texts[0] for each in made}

    assert texts(1) == texts(1)
    assert texts(1) != texts(2)


def test_a_text_of_which_nothing_would_be_left_is_not_counted() -> None:
    marks = messages("sales")
    marks.cases[0].turns[0].content = "?!"
    made = passes_over([marks], RunOptions(perturb=True))
    assert {each.perturbation for each in made} == {None, "fillers", "mixing", "polite", "prefix"}
