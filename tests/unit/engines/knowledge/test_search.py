from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from app.adapters.embeddings import load_embedder
from app.core.models import RELEVANT
from app.core.ports import TOKENS, Embedder, Vectors
from app.core.text import clean, language_of
from app.engines.knowledge import search as search_module
from app.engines.knowledge import vectors
from app.engines.knowledge.files import load_articles
from app.engines.knowledge.search import HybridSearch, stems
from app.evaluation.retrieval import read_questions
from tests.support.company import COMPANY
from tests.support.paths import ROOT
from tests.unit.engines.knowledge.questions import ENGLISH, FOREIGN, RUSSIAN

HELD_OUT = {**RUSSIAN, **ENGLISH}
DEVELOPMENT = ROOT / "eval_sets" / "dev_knowledge.jsonl"
ARTICLES = load_articles(COMPANY.articles)
PRICES = {"990", "1990", "3990", "9504", "19104", "38304", "190", "290", "350", "2490", "5000", "12900"}
FACTS = PRICES | {
    *("50", "500", "2", "5", "1", "3", "20", "60", "90"),  # storage, devices, people, calls, versions
    *("20%", "30%", "50%", "14", "6", "12", "100"),  # discounts, trial, gifts, storage step
    *("7", "3", "10", "4", "30", "24", "48"),  # attempts, days, hours, minutes, months
    *("9:00", "20:00", "24/7", "12", "9", "15", "10"),  # hours of work; versions of systems
}
_STEP_NUMBER = re.compile(r"\d+(?:[^\S\n]\d{3}|,\d{3})*(?:[:/]\d+)?(?:[^\S\n]?%)?")
_NUMBER = re.compile(r"\d+(?:[^\S\n]\d{3}|,\d{3})*(?:[:/]\d+)?(?:[^\S\n]?%)?")
_PROMISE = re.compile(
    r"\bмы (провер|переда[дм]|посчита|зарегистрируем|подбер)|\bI (can|will) (check|open|pass|start|register)",
    re.I,
)
GOOD = """---
id: sample
lang: en
agent: sales
title: A sample
questions: [what is this]
asks: Which one?
---
An intro.

1. A step.
"""


@lru_cache
def embedder() -> Embedder:
    found = load_embedder()
    if found is None:
        pytest.skip("no embedder for this machine")
    return found


@lru_cache
def search(embedded: bool = True) -> HybridSearch:
    if not embedded:
        return HybridSearch(ARTICLES, None)
    return HybridSearch(ARTICLES, embedder(), vectors.vectors_of(ARTICLES, embedder(), COMPANY.vectors))


def found(question: str, embedded: bool = True) -> list[str]:
    return [p.article.id for p in search(embedded).search(question, language_of(question))]


def recall(questions: dict[str, str], embedded: bool = True) -> float:
    return sum(wanted in found(q, embedded) for q, wanted in questions.items()) / len(questions)


def numbers(text: str) -> set[str]:
    return {re.sub(r"[\s,]", "", n) for n in _NUMBER.findall(_STEP_NUMBER.sub("", text))}


def written(folder: Path, text: str, name: str = "sample") -> Path:
    path = folder / f"{name}.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_many_threads_stem_as_one_does() -> None:
    words = [word for a in ARTICLES if a.lang == "ru" for word in clean(a.body).lower().split()][:2000]
    alone = [stems(word, "ru") for word in words]
    search_module._stem.cache_clear()
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(lambda: [stems(word, "ru") for word in words]) for _ in range(4)]
            assert all(each.result() == alone for each in asked)
    finally:
        sys.setswitchinterval(before)


def test_endless_words_do_not_fill_the_memory() -> None:
    before = search_module._stem.cache_info().currsize
    assert stems("я" * 100_000, "ru") == ["я" * 100_000]
    assert search_module._stem.cache_info().currsize == before


def test_an_article_is_read_with_its_intro_and_steps(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    [article] = load_articles(tmp_path)
    assert (article.intro, article.steps, article.questions) == ("An intro.", ["A step."], ["what is this"])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("no front matter at all", "sample"),
        (GOOD.replace("title: A sample\n", ""), "sample"),
        (GOOD.replace("lang: en", "lang: [en"), "sample"),
        (GOOD.replace("agent: sales", "colour: red"), "sample"),
        (GOOD, "another-name"),
    ],
    ids=["no front matter", "no title", "broken yaml", "no agent", "other id"],
)
def test_a_bad_article_is_refused_with_the_name_of_its_file(tmp_path: Path, text: str, name: str) -> None:
    path = written(tmp_path, text, name)
    with pytest.raises(ValueError, match=re.escape(str(path))):
        load_articles(tmp_path)


def test_there_are_enough_articles_for_three_agents_in_both_languages() -> None:
    by_language = Counter(a.lang for a in ARTICLES)
    assert by_language["ru"] >= 60
    assert by_language["en"] >= 40
    for lang in by_language:
        agents = {a.agent for a in ARTICLES if a.lang == lang}
        assert agents == {"tech_support", "sales", "supervisor"}


def test_both_languages_hold_the_same_articles_for_the_same_agents() -> None:
    russian, english = ({(a.id, a.agent) for a in ARTICLES if a.lang == lang} for lang in ("ru", "en"))
    assert russian == english


def test_every_number_of_an_article_is_a_fact_of_the_company() -> None:
    odd = {(a.lang, a.id): numbers(f"{a.title}\n{a.body}\n{a.asks}") - FACTS for a in ARTICLES}
    assert {article: found for article, found in odd.items() if found} == {}


def test_an_article_speaks_its_language() -> None:
    assert [(a.lang, a.id) for a in ARTICLES if language_of(a.body) != a.lang] == []


def test_an_article_promises_no_action_of_ours() -> None:
    promise = (
        r"мы (провер|переда[дм]|посчита|зарегистрир|подбер)|\bI (can|will) (check|open|pass|start|register)"
    )
    promising = [a for a in ARTICLES if re.search(promise, f"{a.body} {a.asks}", re.IGNORECASE)]
    assert [(a.lang, a.id) for a in promising] == []


def test_intros_are_unique_because_they_tell_which_article_was_told() -> None:
    assert max(Counter(a.intro for a in ARTICLES).values()) == 1


def test_the_stored_vectors_belong_to_the_shipped_articles() -> None:
    class Untouchable:
        def embed(self, texts: Sequence[str], tokens: int = TOKENS) -> Vectors:
            assert list(texts) == [vectors.PROBE], "embedded anew"
            return np.zeros((1, 384), dtype=np.float32)

    rows = vectors.vectors_of(ARTICLES, Untouchable(), COMPANY.vectors)
    assert len(rows) == sum(len(vectors.phrases(a)) for a in ARTICLES)


def test_vectors_of_other_articles_are_made_anew() -> None:
    few = ARTICLES[:2]
    assert len(vectors.vectors_of(few, embedder())) == sum(len(vectors.phrases(a)) for a in few)


def test_held_out_questions_are_not_copied_from_the_articles() -> None:
    known = {q.lower() for a in ARTICLES for q in (*a.questions, a.title)}
    assert {q for q in (*HELD_OUT, *FOREIGN) if q.lower() in known} == set()
    assert len(HELD_OUT) >= 40


@pytest.mark.parametrize("questions", [RUSSIAN, ENGLISH], ids=["ru", "en"])
def test_held_out_questions_find_their_article_among_three(questions: dict[str, str]) -> None:
    assert recall(questions) >= 0.85


@pytest.mark.parametrize("question", FOREIGN)
def test_a_question_of_another_world_finds_nothing_relevant(question: str) -> None:
    passages = search().search(question, language_of(question))
    assert all(p.score < RELEVANT for p in passages)


def test_scores_lie_between_zero_and_one_and_the_same_question_finds_the_same() -> None:
    once, twice = (search().search("сколько стоит профи", "ru") for _ in range(2))
    assert once == twice
    assert all(0 <= p.score <= 1 for p in once)


def test_search_works_without_an_embedder() -> None:
    assert recall(HELD_OUT, embedded=False) >= 0.75
    assert all(p.score == 0 for p in search(False).search("абракадабра", "ru"))


def test_a_blank_question_finds_nothing_and_an_unknown_language_falls_back() -> None:
    assert search().search("  ", "ru") == []
    assert search().search("сколько стоит профи", "fr")[0].article.lang == "ru"


def test_an_article_gains_when_its_own_agent_asks() -> None:
    """Not in every single case: colleagues' neighbours move as well."""

    def total(owned: bool) -> float:
        owner = {a.id: a.agent for a in ARTICLES}
        asked = {**HELD_OUT, **{q.text: q.articles[0] for q in read_questions(DEVELOPMENT)}}
        ranks = 0
        for question, wanted in asked.items():
            agent = owner[wanted] if owned else None
            passages = search().search(question, language_of(question), agent, len(ARTICLES))
            ranks += [p.article.id for p in passages].index(wanted)
        return ranks / len(asked)

    assert total(owned=True) < total(owned=False)


@pytest.mark.parametrize("embedded", [True, False])
def test_a_question_that_says_little_finds_what_it_is_about(embedded: bool) -> None:
    matter, question = "Как отключить автопродление?", "а где это"
    alone, joined = (search(embedded).search(question, "ru", about=about) for about in ("", matter))
    assert joined[0].article.id == search(embedded).search(matter, "ru")[0].article.id != alone[0].article.id
