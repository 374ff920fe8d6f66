"""Placeholders and the way back, whole and in pieces."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.redaction.placeholders import Placeholders, RestoredStream

PHONE, MAIL = "8 (916) 123-45-67", "ivan@mail.ru"
PARTS = (PHONE, MAIL, "привет", "[", "]", "\\", "[phone-", "[phone-1]", "[a](b)", "заказ 5", " ", "\n")


def test_a_value_has_one_placeholder_in_all_texts() -> None:
    call = Placeholders()
    assert call.hide(f"{PHONE}, {MAIL}") == "[phone-1], [email-1]"
    assert call.hide(f"9031234567 — позвоните 8 903 123-45-67 или {PHONE}").endswith(
        "[phone-2] или [phone-1]"
    )


@pytest.mark.parametrize(
    "written", ["[phone-1]", "[Phone-1]", "[phone 1]", "[phone‑1]", r"\[phone-1\]", "[phone_01]"]
)
def test_models_write_placeholders_in_their_own_way(written: str) -> None:
    call = Placeholders()
    call.hide(PHONE)
    assert call.restore(f"Звоню: {written}.") == f"Звоню: {PHONE}."


def test_a_placeholder_that_was_not_given_stays() -> None:
    call = Placeholders()
    assert call.restore("[phone-1]") == "[phone-1]"
    call.hide(PHONE)
    assert call.restore("[phone-2] [card-1]") == "[phone-2] [card-1]"


def test_what_a_customer_wrote_in_that_form_is_not_replaced() -> None:
    call = Placeholders()
    call.reserve("я вижу [phone-1]")
    hidden = call.hide(f"я вижу [phone-1] вместо {PHONE}")
    assert hidden == "я вижу [phone-1] вместо [phone-2]"
    assert call.restore(hidden) == f"я вижу [phone-1] вместо {PHONE}"


def test_arguments_are_json_before_and_after() -> None:
    call = Placeholders()
    asked = {"to": [PHONE, {"mail": MAIL}], "raw": 79161234567, "n": 5, "ok": True, "none": None}
    hidden = call.hide_json(json.dumps(asked))
    assert json.loads(hidden) == {
        "to": ["[phone-1]", {"mail": "[email-1]"}], "raw": "[phone-2]", "n": 5, "ok": True, "none": None,
    }  # fmt: skip
    assert json.loads(call.restore(hidden, in_json=True)) == {**asked, "raw": "79161234567"}
    assert call.hide_json(f"{{broken {PHONE}") == "{broken [phone-1]"


def test_a_value_is_escaped_inside_json() -> None:
    call = Placeholders()
    value = "ул. Мира,\nд. 5"
    assert call.hide(value) == "[address-1]"
    assert json.loads(call.restore('{"to": "[address-1]"}', in_json=True)) == {"to": value}


@given(st.lists(st.sampled_from(PARTS)), st.lists(st.integers(1, 9)))
def test_pieces_say_what_the_whole_says(parts: list[str], lengths: list[int]) -> None:
    call = Placeholders()
    text = "".join(parts)
    call.reserve(text)
    hidden = call.hide(text)
    stream = RestoredStream(call)
    said, rest = "", hidden
    for length in [*lengths, *[1] * len(hidden)]:
        said += stream.feed(rest[:length])
        rest = rest[length:]
    assert said + stream.end() == call.restore(hidden) == text


def test_only_what_may_become_a_placeholder_waits() -> None:
    stream = RestoredStream(Placeholders())
    assert stream.feed("Готово [") == "Готово "
    assert stream.feed("1] и далее") == "[1] и далее"
    assert stream.feed(f"[{'x' * 40}") == f"[{'x' * 40}"
    assert (stream.feed("["), stream.end(), stream.end()) == ("", "[", "")
