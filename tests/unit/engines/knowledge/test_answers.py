"""Answers that people stand for: given when the match is near certain, and never to one person's matter."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import pytest

from app.adapters.embeddings import load_embedder
from app.core.company import in_use
from app.core.knowledge import ApprovalRefused, ApprovedAnswer, ArticleNotFound
from app.core.ports import Embedder
from app.core.text import is_typical, language_of
from app.engines.knowledge.library import LibraryContext, TeamLibrary
from app.engines.knowledge.live import CERTAIN, LiveKnowledge
from app.evaluation.retrieval import read_questions
from app.services.knowledge.library import KnowledgeService
from tests.support.company import load_articles
from tests.support.library import AGENTS, NOW, service
from tests.support.paths import ROOT

SETS = ROOT / "eval_sets"
ARTICLES = load_articles()
STOCK = [(a, q) for a in ARTICLES if a.agent != "supervisor" for q in a.questions if is_typical(q)]
PERSONAL = [
    "где мой заказ", "почему с меня взяли деньги", "что с заказом 48213", "перезвоните на +7 (912) 345-67-89",
    "пишите на ivan@example.org", "верните деньги за подписку", "хочу пожаловаться", "у меня не приходит код",
    "соедините с оператором", "удалите аккаунт", "where is my order",
    "I've been charged", "what about order A-7781",
    "call 555 123 4567", "I want a refund", "delete the account", "can we get our invoice", "", "  ",
    "сколько стоит " + "очень " * 30 + "хороший тариф",
]  # fmt: skip
TYPICAL = [
    "сколько стоит профи", "есть ли скидка студентам", "как поставить орбиту на windows 10",
    "можно платить через сбп",
    "how much is pro", "is there a free trial", "does it run on macos 12", "how do I turn on two-factor",
]  # fmt: skip


@lru_cache
def embedder() -> Embedder:
    found = load_embedder()
    if found is None:
        pytest.skip("no embedder for this machine")
    return found


def stocked(root: Path, *pairs: tuple[str, str], answers: bool = True) -> KnowledgeService:
    """With the shipped articles; `pairs` are (question, article)."""
    kept = in_use().vectors
    house = LibraryContext(ARTICLES, embedder(), AGENTS, lambda _: "sales", lambda: NOW, vectors=kept)
    library = TeamLibrary(root, house)
    for question, article in pairs:
        library.approve(
            ApprovedAnswer(
                question=question, lang=language_of(question), article_id=article, by="Ann", approved=NOW
            )
        )
    return KnowledgeService(library, LiveKnowledge(library, approved_answers=answers), AGENTS, lambda: NOW)


@pytest.mark.parametrize("question", PERSONAL)
def test_one_persons_matter_is_not_typical(question: str) -> None:
    assert not is_typical(question)


@pytest.mark.parametrize("question", TYPICAL)
def test_what_anybody_may_ask_is_typical(question: str) -> None:
    assert is_typical(question)


def test_an_approved_question_is_answered_whatever_its_case_and_marks(tmp_path: Path) -> None:
    kb = service(tmp_path)
    kb.approve("What about the trial?", "en", "Ann", article_id="trial")
    answer = kb.live.find_approved("  WHAT about the trial !", "en")
    assert answer is not None
    assert (answer.article_id, answer.score, answer.lang) == ("trial", 1.0, "en")
    assert answer.text == kb.article("trial").body
    assert kb.live.find_approved("What about the trial?", "ru") is None
    assert kb.live.find_approved("What about printing?", "en") is None


def test_a_text_of_ones_own_is_given_as_it_stands_and_the_later_one_wins(tmp_path: Path) -> None:
    kb = service(tmp_path)
    kb.approve("Do you sell tea?", "en", "Ann", text="No.")
    kb.approve("do you sell tea?", "en", "Bob", text="Yes, green tea.")
    answer = service(tmp_path).live.find_approved("Do you sell tea?", "en")
    assert answer is not None
    assert (answer.text, answer.article_id) == ("Yes, green tea.", "")
    [line] = [json.loads(line) for line in (tmp_path / "approved.jsonl").read_text().splitlines()][-1:]
    assert (line["by"], line["approved"]) == ("Bob", "2026-01-02T03:04:00Z")


def test_the_stock_can_be_switched_off(tmp_path: Path) -> None:
    service(tmp_path).approve("Do you sell tea?", "en", "Ann", text="No.")
    assert service(tmp_path, answers=False).live.find_approved("Do you sell tea?", "en") is None


def test_what_depends_on_who_asks_cannot_be_approved(tmp_path: Path) -> None:
    kb = service(tmp_path)
    with pytest.raises(ApprovalRefused, match="depends on who asks"):
        kb.approve("Where is my order?", "en", "Ann", article_id="trial")
    with pytest.raises(ApprovalRefused, match="supervisor"):
        kb.approve("What are the rules?", "en", "Ann", article_id="refunds")
    with pytest.raises(ApprovalRefused, match="text of your own"):
        kb.approve("What are the rules?", "en", "Ann")
    with pytest.raises(ArticleNotFound):
        kb.approve("What are the rules?", "en", "Ann", article_id="nothing")
    assert not (tmp_path / "approved.jsonl").exists()


def test_an_article_that_has_gone_answers_nothing(tmp_path: Path) -> None:
    kb = service(tmp_path)
    kb.approve("What about the trial?", "en", "Ann", article_id="trial")
    assert isinstance(kb.live, LiveKnowledge)
    object.__setattr__(kb.live._index, "articles", {})
    assert kb.live.find_approved("What about the trial?", "en") is None


@pytest.mark.parametrize(
    ("stock", "asked"),
    [
        ("как включить двухфакторную аутентификацию", "как выключить двухфакторную аутентификацию"),
        ("сколько стоит профи", "сколько стоит базовый"),
        ("как перейти на тариф выше", "как перейти на тариф ниже"),
        ("сколько стоит orbita hub", "сколько стоит orbita key"),
        ("можно платить картой", "почему нельзя платить картой"),
        ("подойдёт windows 10", "подойдёт windows 7"),
        ("как сменить базовый на профи", "как сменить профи на базовый"),
        ("нужна карта", "не нужна карта"),
        ("how do i turn on notifications", "how do i turn off notifications"),
        ("how much is pro", "how much is basic"),
        ("is delivery free", "is delivery not free"),
        ("upgrade from basic to pro", "downgrade from pro to basic"),
    ],
)
def test_a_question_that_looks_alike_and_means_another_thing_is_no_match(
    tmp_path: Path, stock: str, asked: str
) -> None:
    kb = stocked(tmp_path, (stock, "trial"))
    assert kb.live.find_approved(stock, language_of(stock)) is not None
    assert kb.live.find_approved(asked, language_of(asked)) is None


@pytest.mark.parametrize(
    ("stock", "asked"),
    [
        ("какие карты принимаете", "какие карты вы принимаете?"),
        ("как включить уведомления", "как включать уведомления"),
        ("how do i sign up", "how do I sign up please"),
    ],
)
def test_the_same_question_in_nearly_the_same_words_is_a_match(
    tmp_path: Path, stock: str, asked: str
) -> None:
    kb = stocked(tmp_path, (stock, "trial"))
    answer = kb.live.find_approved(asked, language_of(asked))
    assert answer is not None
    assert answer.score >= CERTAIN


def test_no_message_of_the_development_sets_meets_a_wrong_answer(tmp_path: Path) -> None:
    """A quarter of the shipped articles' own questions is the stock, other houses' messages ask."""
    kb = stocked(tmp_path, *((question, article.id) for article, question in STOCK[::4]))
    told = "".join((SETS / f"{name}.jsonl").read_text(encoding="utf-8") for name in ("dev_ru", "dev_en"))
    lines = [json.loads(line) for line in told.splitlines()]
    asked = [line["text"] for line in lines if is_typical(line["text"])][::3]
    assert len(asked) > 100
    assert [text for text in asked if kb.live.find_approved(text, language_of(text))] == []
    for question in read_questions(SETS / "dev_knowledge.jsonl"):
        answer = kb.live.find_approved(question.text, question.language)
        assert answer is None or answer.article_id in question.articles
