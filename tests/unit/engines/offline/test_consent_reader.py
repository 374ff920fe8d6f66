"""What counts as a yes to a proposal, and what does not."""

from __future__ import annotations

import pytest

from app.core.proposals import Answer
from app.engines.offline.consent_reader import read_answer
from tests.support.consents import OFFERS, question_to, said_to

to_each = pytest.mark.parametrize(("tool", "language"), OFFERS)


def read(tool: str, language: str, said: str) -> Answer:
    return read_answer(tool, question_to(tool, language), said)


@to_each
def test_nothing_but_a_yes_is_a_yes(tool: str, language: str) -> None:
    lines = said_to("agree", tool, language)
    assert [line for line in lines if read(tool, language, line) not in ("yes", "named")] == []


@to_each
def test_what_holds_anything_else_is_no_yes(tool: str, language: str) -> None:
    lines = said_to("other", tool, language)
    assert len(lines) >= 60
    assert [line for line in lines if read(tool, language, line) in ("yes", "named")] == []


@to_each
def test_an_acknowledgement_is_neither_yes_nor_no(tool: str, language: str) -> None:
    lines = said_to("acknowledge", tool, language)
    assert [line for line in lines if read(tool, language, line) != "unclear"] == []


@to_each
def test_a_change_of_mind_is_a_no(tool: str, language: str) -> None:
    lines = said_to("decline", tool, language)
    assert [line for line in lines if read(tool, language, line) != "no"] == []


@to_each
@pytest.mark.parametrize(
    "said",
    [
        "wait",
        "hold on, let me think",
        "one sec...",
        "ща подумаю",
        "хм, погодите",
        "надо с мужем посоветоваться",
    ],
)
def test_taking_time_is_neither_yes_nor_no(tool: str, language: str, said: str) -> None:
    assert read(tool, language, said) == "pause"


@pytest.mark.parametrize(
    "said",
    [
        "wait, no",
        "wait, how much?",
        "hold on, make it two",
        "yes, wait",
        "погоди, не надо",
        "подожди, а сколько?",
    ],
)
def test_a_pause_with_anything_else_is_none(said: str) -> None:
    assert read("create_order", "en", said) not in ("pause", "yes", "named")


@pytest.mark.parametrize(
    ("tool", "said", "answer"),
    [
        ("refund_payment", "да", "yes"),
        ("refund_payment", "да, верните", "named"),
        ("refund_payment", "верните деньги на карту", "named"),
        ("refund_payment", "yes, refund it", "named"),
        ("cancel_subscription", "отключайте", "named"),
        ("cancel_subscription", "нет, не отключайте", "no"),
        ("cancel_subscription", "нет, спасибо", "no"),
        ("cancel_subscription", "не надо, передумала", "no"),
        ("cancel_subscription", "no, don't cancel it", "no"),
        ("create_order", "нет, лучше на месяц", "other"),
        ("create_order", "нет, два хаба", "other"),
        ("create_order", "не возражаю", "yes"),
        ("refund_payment", "нет, да", "other"),
        ("refund_payment", "не понял", "other"),
        ("create_order", "не курьером, а в пункт выдачи", "other"),
        ("create_order", "leave it at the door please", "other"),
        ("create_order", "hold off until friday", "other"),
        ("cancel_order", "scrap it", "other"),
        ("cancel_order", "nah, scrap it", "no"),
        ("refund_payment", "не вернёте?", "other"),
        ("refund_payment", "верните 990", "other"),
    ],
)
def test_naming_the_act_and_refusing_it_are_told_apart(tool: str, said: str, answer: Answer) -> None:
    assert read(tool, "ru", said) == answer
