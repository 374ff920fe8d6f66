"""Slips of the hand."""

from __future__ import annotations

import pytest

from app.engines.offline.slips import is_slip, readings


@pytest.mark.parametrize(("typed", "meant"), [("дааа", "да"), ("дa", "да"), ("lf", "да"), ("нуы", "yes")])
def test_a_line_is_read_as_it_was_meant(typed: str, meant: str) -> None:
    assert meant in readings(typed)


KNOWN = frozenset({"подтверждаю", "согласен", "верните", "confirm", "cancel", "please", "да"})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("подтвержаю", "подтверждаю"), ("пдтверждаю", "подтверждаю"), ("дда", "да"), ("cancell", "cancel"),
     ("confrim", "confirm"), ("да, вирните", "да, верните"), ("plese", "please")],
)  # fmt: skip
def test_a_slip_in_a_known_word_is_mended(typed: str, meant: str) -> None:
    assert meant in readings(typed, KNOWN)


@pytest.mark.parametrize(
    ("said", "known"),
    [("верну", "верни"), ("отменил", "отмени"), ("нет", "нету"), ("canned", "cancel"),
     ("несогласен", "согласен"), ("не", "нее"), ("сделано", "сделать")],
)  # fmt: skip
def test_another_form_or_word_is_no_slip(said: str, known: str) -> None:
    assert not is_slip(said, known)
