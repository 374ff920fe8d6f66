"""Recall of the shipped index on questions in customers' words, and the figures themselves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pytest

from app.adapters.embeddings import load_embedder
from app.core.similarity import near_pairs
from app.engines.knowledge.search import HybridSearch
from app.engines.knowledge.vectors import vectors_of
from app.evaluation.cases import SetInvalid, read_set
from app.evaluation.retrieval import (
    LabelledQuestion,
    RetrievalReport,
    ask,
    is_questions,
    read_questions,
    report,
)
from tests.support.company import COMPANY, load_articles
from tests.support.paths import ROOT
from tests.unit.engines.knowledge.questions import ENGLISH, RUSSIAN

SETS = ROOT / "eval_sets"
TEST, DEV = ("knowledge_ru", "knowledge_en"), ("dev_knowledge",)
ARTICLES = load_articles()
LEAST = 0.92


def questions(names: Sequence[str]) -> list[LabelledQuestion]:
    return [question for name in names for question in read_questions(SETS / f"{name}.jsonl")]


@lru_cache
def measured() -> RetrievalReport:
    embedder = load_embedder()
    if embedder is None:
        pytest.skip("no embedder for this machine")
    base = HybridSearch(ARTICLES, embedder, vectors_of(ARTICLES, embedder, COMPANY.vectors))

    def search(question: str, lang: str, top: int) -> list[str]:
        return [passage.article.id for passage in base.search(question, lang, None, top)]

    return report(ask(search, question) for question in questions(TEST))


def test_the_article_that_answers_is_among_the_first_five() -> None:
    assert measured().overall.recall_at_5.value >= LEAST
    assert min(figures.recall_at_5.value for figures in measured().by_language.values()) >= LEAST


def test_the_test_set_is_large_and_covers_the_articles() -> None:
    ru, en = (questions([name]) for name in TEST)
    assert len(ru) >= 90
    assert len(en) >= 60
    assert len({name for q in (*ru, *en) for name in q.articles}) >= 70
    known = {(a.lang, a.id) for a in ARTICLES}
    assert {(q.language, name) for q in questions([*TEST, *DEV]) for name in q.articles} <= known


def test_no_question_is_copied_from_an_article_or_a_labelled_set() -> None:
    asked = questions([*TEST, *DEV])
    paths = [p for p in (*SETS.glob("*.jsonl"), *(SETS / "train").glob("*.jsonl")) if not is_questions(p)]
    labelled = [turn.content for p in paths for c in read_set(p).cases for turn in c.turns]
    known = [*labelled, *RUSSIAN, *ENGLISH, *(text for a in ARTICLES for text in (a.title, *a.questions))]
    shared = [(asked[i].text, known[j]) for i, j in near_pairs([q.text for q in asked], known)]
    assert [pair for pair in shared if pair[0] in {q.text for q in questions(TEST)}] == []


def test_no_question_stands_in_the_test_and_the_development_set() -> None:
    ours, theirs = ([q.text for q in questions(names)] for names in (TEST, DEV))
    assert list(near_pairs(ours, theirs)) == []
    ids = [q.id for q in questions([*TEST, *DEV])]
    assert len(set(ids)) == len(ids)


def test_the_datasheet_names_every_set_of_questions_and_its_size() -> None:
    told = (SETS / "README.md").read_text(encoding="utf-8")
    for path in SETS.glob("*.jsonl"):
        if is_questions(path):
            articles = {name for q in read_questions(path) for name in q.articles}
            assert f"| `{path.name}` | {len(read_questions(path))} | {len(articles)} |" in told


def test_figures_are_as_counted_by_hand() -> None:
    ranks = {"one": ["a", "b"], "two": ["x", "a"], "six": [*"vwxyz", "a"], "none": ["x"]}
    asked = [
        ask(lambda text, _lang, _top: ranks[text], LabelledQuestion(id=text, text=text, articles=["a", "b"]))
        for text in ranks
    ]
    done = report(asked)
    assert [each.rank for each in asked] == [1, 2, 6, None]
    assert (done.overall.recall_at_1.value, done.overall.recall_at_5.value) == (0.25, 0.5)
    assert done.overall.mrr == pytest.approx((1 + 1 / 2 + 1 / 6) / 4)
    assert [miss.question.id for miss in done.misses] == ["six", "none"]
    assert (done.overall.n, list(done.by_language)) == (4, ["en"])
    assert report([]).overall.recall_at_5.n == 0


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["{"], "line 1: "),
        (['{"id":"a","text":"t"}'], "line 1: articles: "),
        (['{"id":"a","text":"t","articles":[]}'], "line 1: articles: "),
        (['{"id":"a","text":"t","articles":["x"],"label":"sales"}'], "line 1: label: "),
        (['{"id":"a","text":"t","articles":["x"]}'] * 2, "line 2: the id a stands twice"),
        ([""], "there is no question"),
    ],
)
def test_a_bad_set_is_refused_with_file_and_line(tmp_path: Path, lines: list[str], problem: str) -> None:
    path = tmp_path / "knowledge_x.jsonl"
    path.write_text("\n".join(lines))
    with pytest.raises(
        SetInvalid, match=rf"knowledge_x\.jsonl(, line |: ).*{problem.removeprefix('line ')[:12]}"
    ):
        read_questions(path)


def test_every_line_has_the_documented_fields_and_no_other() -> None:
    for name in (*TEST, *DEV):
        for line in (SETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            assert list(json.loads(line)) == ["id", "text", "articles", "tags"]
