"""What counts as personal data, in both languages, and what never does."""

from __future__ import annotations

import random
import re
import time
import uuid
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.redaction.phones import PhoneCheck
from app.core.redaction.search import PersonalData, find, redact, redact_all
from app.core.redaction.window import Window
from app.core.yaml import load

MARKED = re.compile("⟦(.*?)⟧", re.DOTALL)
LINES = [
    (kind, line)
    for kind, lines in load(Path(__file__).with_name("lines.yaml")).items()
    for line in lines
]  # fmt: skip
HOSTILE = (
    "8", "8 9 ", "1 ", "+7 ", "+1 1 ", "4111 ", "телефон 1 1 1 1 1 1 1 1 ", "a@", "a собака ",
    "a точка ", "a.", "ул. ", "Аб, ", "12 oak ", "1 Aa ", "д 5 ", "паспорт ", "４１", "8\u200b",
    "заказ 1234567 ", "1.1.",
)  # fmt: skip


@pytest.mark.parametrize(("kind", "line"), LINES)
def test_the_lines_for_development_are_read_as_marked(kind: str, line: str) -> None:
    plain = line.replace("⟦", "").replace("⟧", "")
    marked = MARKED.search(line)
    expected = [PersonalData(marked.start(), marked.end() - 2, kind)] if marked else []
    assert find(plain) == expected
    assert redact(plain) == MARKED.sub(f"[{kind}]", line)


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_text_is_searched_and_what_is_kept_stands_as_it_was(text: str) -> None:
    found = find(text)
    assert found == sorted(found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(0 <= each.start < each.end <= len(text) for each in found)


@given(st.lists(st.sampled_from(("8 916 123-45-67", "a@b.ru", "д. 5 кв. 12", "заказ", "15", "\u200b", ", "))))
def test_what_was_redacted_holds_nothing_more(parts: list[str]) -> None:
    once = redact(" ".join(parts))
    assert redact(once) == once


@pytest.mark.parametrize("unit", HOSTILE)
def test_four_times_the_text_takes_four_times_as_long(unit: str) -> None:
    """Sixteen times would be quadratic."""
    short, long = (seconds(unit, size) for size in (16_384, 65_536))
    assert long < 10 * short + 0.1


def seconds(unit: str, size: int) -> float:
    text = (unit * size)[:size]
    begun = time.process_time()
    find(text)
    return time.process_time() - begun


def test_two_kinds_that_touch_are_one() -> None:
    assert redact("ИНН 500100732259, карта 4111111111111111; a@b.ru") == "ИНН [inn], карта [card]; [email]"
    assert redact("привезите ivan@mail.ru, ул. Мира, 5") == "привезите [email], [address]"


def test_what_two_searches_found_is_one() -> None:
    assert redact("4512 345678 (паспорт) и ул. Мира, д. 5, кв. 7") == "[passport] (паспорт) и [address]"
    assert redact("89161234567@mail.ru") == "[email]"


@pytest.mark.parametrize("digits", ["123456", "4" * 16])
def test_a_phone_has_seven_digits_to_fifteen_whatever_is_said(digits: str) -> None:
    assert not PhoneCheck().is_phone(Window(digits, [(0, len(digits))]), "phone")


def test_values_keep_their_shape() -> None:
    told = {"to": ["a@b.ru", 5], "of": ("8 916 123-45-67", None), "more": {"x": True}}
    assert redact_all(told) == {"to": ["[email]", 5], "of": ["[phone]", None], "more": {"x": True}}


def test_after_many_numbers_a_form_is_enough() -> None:
    """The library is asked only so often for one text."""
    assert find(f"{'8 900 000 00 00, ' * 3000}8 309 000 00 00")[-1].kind == "phone"


def test_ids_and_times_of_log_lines_are_never_taken_for_numbers() -> None:
    luck = random.Random(7)
    for _ in range(3000):
        name = str(uuid.UUID(int=luck.getrandbits(128)))
        at = datetime.fromtimestamp(luck.randrange(2**31), UTC).isoformat()
        assert find(f"turn dialog_id={name} timestamp={at}Z seconds=0.{luck.randrange(10**9)}") == []
        assert find(name.replace("-", "")) == []
