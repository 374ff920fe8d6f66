"""A team's document is found by what its sections say, in whatever words people ask."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from app.adapters.embeddings import load_embedder
from app.core.knowledge import Upload
from app.core.models import CLEAR, Article
from app.core.text import language_of
from app.engines.knowledge.documents.pieces import Maker
from app.engines.knowledge.documents.reading import read
from app.engines.knowledge.files import load_articles
from app.engines.knowledge.own_documents import leading
from app.engines.knowledge.search import HybridSearch
from app.engines.knowledge.vectors import phrases, vectors_of
from tests.support.company import COMPANY

SAUNA = """# Баня на берегу

## Плата

Час стоит 1900 рублей, после полуночи 2600. Веники 250 рублей за пару.

## Отмена

Бронь снимаем бесплатно за сутки. Позже аванс не возвращаем.

## Что взять

Полотенца и тапки даём. Шапки возьмите свои.
"""
LOCKERS = """# Luggage lockers at the pier

## Sizes

- Small: 90 roubles a day.
- Large: 160 roubles a day.

## Opening

The hall is open from 6:15 to 23:30.

## Lost key

A new key costs 700 roubles; bring an identity card.
"""


def pieces(name: str, text: str) -> list[Article]:
    data = text.encode()
    upload = Upload(name=name, file=f"{name}.md", data=data)
    return Maker(upload, ("sales",), lambda _: "sales").articles(read(upload.file, data).sections)


@lru_cache
def search() -> HybridSearch:
    embedder = load_embedder()
    if embedder is None:
        pytest.skip("no embedder for this machine")
    shipped = load_articles(COMPANY.articles)
    own = [*pieces("banya", SAUNA), *pieces("lockers", LOCKERS)]
    known = vectors_of(shipped, embedder, COMPANY.vectors)
    rows = np.concatenate([known, vectors_of(own, embedder)])
    return HybridSearch([*shipped, *own], embedder, rows, known.mean(axis=0))


@pytest.mark.parametrize(
    ("asked", "piece"),
    [
        ("скок стоит часик попариться", "banya-плата"),
        ("пара веников почем", "banya-плата"),
        ("если бронь снять аванс отдадите?", "banya-отмена"),
        ("тапки и полотенце свои брать?", "banya-что-взять"),
        ("til when is the hall open", "lockers-opening"),
        ("lost the key to my locker what now", "lockers-lost-key"),
        ("how much for a large one a day", "lockers-sizes"),
    ],
)
def test_the_section_that_answers_comes_first_and_is_clear(asked: str, piece: str) -> None:
    first = search().search(asked, language_of(asked))[0]
    assert first.article.id == piece
    assert first.score >= CLEAR


@pytest.mark.parametrize(
    "asked",
    ["сколько стоит тариф профи", "не приходит код из смс", "where is my order", "how do i cancel my plan"],
)
def test_what_the_company_answers_stays_with_it(asked: str) -> None:
    assert not search().search(asked, language_of(asked))[0].article.source


def test_a_piece_leads_by_its_distance_to_the_next_one_and_to_the_company() -> None:
    own = pieces("banya", SAUNA)
    shelf = [*load_articles(COMPANY.articles)[:1], *own]

    def lead(*near: float) -> int | None:
        return leading(shelf, np.array(near, dtype=np.float32))

    assert lead(0.3, 0.45, 0.2, 0.2) == 1
    assert lead(0.3, 0.36, 0.35, 0.35) is None, "near the subject and to nothing that is said of it"
    assert lead(0.8, 0.5, 0.1, 0.1) is None, "the company's own article is far ahead"
    assert leading(shelf[:1], np.array([0.9], dtype=np.float32)) is None


def test_each_sentence_and_the_heading_of_a_section_are_searched() -> None:
    [prices, *_] = pieces("banya", SAUNA)
    assert "Плата" in phrases(prices)
    assert "Веники 250 рублей за пару." in phrases(prices)
