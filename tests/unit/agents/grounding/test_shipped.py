"""What is shipped passes its own check."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.agents.grounding import Evidence, unsupported
from app.agents.grounding.language import honest
from app.engines.offline.lexicon import phrasebook
from tests.support.company import COMPANY
from tests.unit.agents.grounding.tables import LANGS, TODAY

ARTICLES = sorted(COMPANY.articles.glob("*/*.md"))
TRANSFERRED = {"taken", "sorry"}  # they say that the supervisor has the case now


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


@pytest.mark.parametrize("lang", LANGS)
def test_a_shipped_phrase_promises_nothing(lang: str) -> None:
    for name, phrase in phrasebook(lang).say.items():
        done = frozenset({"transfer"}) if name in TRANSFERRED else frozenset[str]()
        assert unsupported(phrase, Evidence(today=TODAY, done=done), lang) == [], name


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", sorted(TRANSFERRED))
def test_a_phrase_about_the_supervisor_needs_a_transfer(lang: str, name: str) -> None:
    found = unsupported(phrasebook(lang).say[name], Evidence(today=TODAY), lang)
    assert [claim.kind for claim in found] == ["transfer"]


@pytest.mark.parametrize("lang", LANGS)
def test_the_honest_sentences_promise_nothing(lang: str) -> None:
    assert unsupported(" ".join(honest(lang).values()), Evidence(today=TODAY), lang) == []
