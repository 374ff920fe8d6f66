"""Everyday spellings in plain words."""

from __future__ import annotations

import pytest

from app.core.colloquial import DROPPED, in_plain_words
from app.core.locales import languages, read
from app.core.text import without_yo

AGREEING = ("yes", "consent", "go", "ack", "no", "recall", "keep", "forbid", "courtesy", "thanks")


@pytest.mark.parametrize(
    ("language", "typed", "plain"),
    [
        ("en", "vid chat keeps freezin, u there?", "video chat keeps freezing, you there?"),
        ("ru", "Прилога на ноуте чё-то виснет", "приложение на ноутбуке чё-то зависает"),
        ("ru", "скока и када", "сколько и когда"),
        ("en", "mail me: sub@vid.com, order U-1001", "mail me: sub@vid.com, order U-1001"),
        ("de", "vid freezin", "vid freezin"),
    ],
)
def test_only_listed_words_of_the_language_change(language: str, typed: str, plain: str) -> None:
    assert in_plain_words(typed, language) == plain
    assert in_plain_words(plain, language) == plain


@pytest.mark.parametrize("language", languages("colloquial.yaml"))
def test_no_word_that_agrees_or_refuses_is_rewritten(language: str) -> None:
    manner = read("manner", language)
    agreeing = {without_yo(str(word)) for kind in AGREEING for word in manner[kind]}
    listed = {
        without_yo(odd)
        for word, odds in read("colloquial", language).items()
        for odd in odds
        if word != DROPPED
    }
    assert listed & agreeing == set()
