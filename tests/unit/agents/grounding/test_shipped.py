"""What is shipped passes its own check."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.agents.grounding import Evidence, unsupported
from app.agents.grounding.language import honest
from app.engines.offline.talk import CALLS, words
from tests.support.company import COMPANY
from tests.unit.agents.grounding.tables import LANGS, TODAY

ARTICLES = sorted(COMPANY.articles.glob("*/*.md"))
CALLED = {
    *CALLS,
    "legal",
    "person_called",
    "person_called_again",
    "vent_called",
}  # said after a person was called


def told(path: Path) -> str:
    return path.read_text(encoding="utf-8").split("\n---\n", 1)[1]


@pytest.mark.parametrize("lang", LANGS)
def test_an_article_is_supported_by_itself(lang: str) -> None:
    assert [
        (path.stem, found)
        for path in ARTICLES
        if path.parent.name == lang
        for text in [told(path)]
        if (found := unsupported(text, Evidence(today=TODAY, texts=(text,)), lang)) != []
    ] == []


def test_all_articles_are_read() -> None:
    assert len(ARTICLES) >= 164
    assert {path.parent.name for path in ARTICLES} == set(LANGS)


def phrases(lang: str) -> Iterator[tuple[str, str]]:
    for act, said in words(lang).items():
        if act != "topics":
            yield from ((act, text.replace("$waiting", "3")) for text in said)


@pytest.mark.parametrize("lang", LANGS)
def test_a_shipped_phrase_promises_nothing(lang: str) -> None:
    for act, phrase in phrases(lang):
        done = frozenset({"transfer", "escalated"}) if act in CALLED else frozenset[str]()
        assert unsupported(phrase, Evidence(today=TODAY, done=done), lang) == [], (act, phrase)


@pytest.mark.parametrize("lang", LANGS)
def test_that_a_person_was_called_needs_the_call(lang: str) -> None:
    told = [phrase for act, phrase in phrases(lang) if act == "person_called"]
    assert told
    assert all(unsupported(phrase, Evidence(today=TODAY), lang) for phrase in told)


@pytest.mark.parametrize("lang", LANGS)
def test_the_honest_sentences_promise_nothing(lang: str) -> None:
    assert unsupported(" ".join(honest(lang).values()), Evidence(today=TODAY), lang) == []
