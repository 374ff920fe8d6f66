"""One form for comparisons, and one way to cut a text."""

from __future__ import annotations

import pytest

from app.core.text import fold, shorten
from tests.support.paths import ROOT


def test_spellings_of_one_word_fold_to_the_same() -> None:
    assert {fold(text) for text in ("Ёлка ", "ЕЛКА", "ёл\u200bка")} == {"елка"}


@pytest.mark.parametrize(
    ("text", "letters", "told"), [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("a cd", 3, "a…")]
)
def test_a_text_is_shortened_to_the_letters_it_may_have(text: str, letters: int, told: str) -> None:
    assert shorten(text, letters) == told


def test_yo_is_folded_in_one_place() -> None:
    files = [path for path in (ROOT / "app").rglob("*.py") if '"ё", "е"' in path.read_text("utf-8")]
    assert [path.name for path in files] == ["text.py"]
