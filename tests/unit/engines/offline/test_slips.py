"""Slips of the hand."""

from __future__ import annotations

import pytest

from app.engines.offline.slips import readings


@pytest.mark.parametrize(("typed", "meant"), [("дааа", "да"), ("дa", "да"), ("lf", "да"), ("нуы", "yes")])
def test_a_line_is_read_as_it_was_meant(typed: str, meant: str) -> None:
    assert meant in readings(typed)
