"""When a customer wants to be called: what was said, or a question."""

from __future__ import annotations

from datetime import datetime

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.call_hours import is_call_time
from app.engines.offline.call_times import wish_of
from app.engines.offline.lexicon import skillbook
from tests.support.company import COMPANY
from tests.support.paths import ROOT

NOW = datetime(2026, 11, 25, 14, 20, tzinfo=COMPANY.zone)
SAID: list[list[str]] = yaml.load((ROOT / "tests/support/calls.yaml").read_text("utf-8"), yaml.CSafeLoader)
ASK = skillbook("ru").skills["callback"].asks


def heard(*lines: str) -> str:
    """As the customer will be called, or `question`."""
    wish = wish_of(lines, NOW)
    if wish.at is None or wish.at <= NOW or not is_call_time(COMPANY, wish.at):
        return "question"
    return wish.at.strftime("%m-%dT%H:%M")


@pytest.mark.parametrize("case", SAID, ids=lambda case: case[0])
def test_a_call_is_booked_for_what_was_said_or_it_is_asked(case: list[str]) -> None:
    said, *right = case
    assert heard(said) in right


@pytest.mark.parametrize(
    ("lines", "at"),
    [
        (("перезвоните завтра", "в 16:30"), "11-26T16:30"),
        (("перезвоните завтра в 25:00", "в 15"), "11-26T15:00"),
        (("перезвоните 31.11 в 12:00", "в 13"), "question"),
        (("перезвоните 31.11 в 12:00", "30.11"), "11-30T12:00"),
        (("перезвоните в воскресенье в 12", "тогда завтра"), "11-26T12:00"),
        (("перезвоните через 2 часа", "нет, лучше завтра в 11"), "11-26T11:00"),
        (("перезвоните завтра в 17:00, я из Омска", "по Омску"), "11-26T14:00"),
        (("завтра вечером", "в 18"), "11-26T18:00"),
        (("завтра до 12", "лучше после 14"), "11-26T14:00"),
        (("завтра после 15", "нет, до 11"), "11-26T09:00"),
        (("как можно скорее", "завтра в 12:30"), "11-26T12:30"),
        (("завтра в 12:30", "тогда в пятницу"), "11-27T12:30"),
        (("завтра до 12", "в пятницу"), "11-27T09:00"),
        (("завтра в 14 по Омску", "в 15"), "11-26T12:00"),
    ],
)
def test_a_later_line_replaces_what_it_names(lines: tuple[str, ...], at: str) -> None:
    assert heard(*lines) == at


@pytest.mark.parametrize("said", ["", "перезвоните", "спасибо", "заказ O-1005", "call me"])
def test_a_line_without_a_time_names_none(said: str) -> None:
    assert not wish_of([said], NOW).named


WORDS = st.sampled_from(
    [word for said, *_ in SAID for word in said.split()]
    + ["99", "0", "00:00", "29.02", "31.04.2027", "24:00", "1,5"]
)


@settings(max_examples=150)
@given(st.lists(WORDS | st.text(max_size=6), max_size=12))
def test_no_line_is_too_odd(words: list[str]) -> None:
    wish = wish_of([" ".join(words)], NOW)
    assert wish.named or wish.at is None


@pytest.mark.parametrize(
    "said", ["в " * 2000, "1" * 4000, "через 1 " * 500, "12:" * 1300, "с 1 до " * 500], ids=range(5)
)
def test_a_long_line_is_read_as_well(said: str) -> None:
    assert wish_of([said[:4000]], NOW) is not None
