from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
)

from app.agents.tools.actions import handoff_tool
from app.bootstrap.context import understanding_of
from app.core.locales import languages
from app.engines.offline.lexicon import phrasebook
from app.engines.offline.model import EmbeddedChatModel
from tests.support.company import load_articles
from tests.unit.engines.knowledge.questions import ENGLISH, FOREIGN, RUSSIAN

LIBRARY = {(a.lang, a.id): a for a in load_articles()}
TECH = {"agent": "tech_support", "escalates_to": "supervisor"}
SALES = {"agent": "sales", "escalates_to": "supervisor"}
BOSS: dict[str, Any] = {"agent": "supervisor", "escalates_to": None}
QUESTIONS = [q for a in LIBRARY.values() for q in a.questions] + [*RUSSIAN, *ENGLISH, *FOREIGN]
_PRICE = re.compile(r"\d[\d\s,]*(?=\s?₽)")
SEARCH = {
    "type": "function",
    "function": {"name": "search_knowledge", "parameters": {"properties": {"question": {}}}},
}


@lru_cache
def model() -> EmbeddedChatModel:
    return EmbeddedChatModel(library=LIBRARY, understanding=understanding_of(None))


def setting(agent: dict[str, Any], lang: str = "ru", **given: Any) -> SystemMessage:
    return SystemMessage("prompt", additional_kwargs={**agent, "language": lang, "passages": [], **given})


def tools(*to: str, search: bool = False) -> list[Any]:
    return [*([SEARCH] if search else []), *([handoff_tool(to)] if to else [])]


def answer(messages: list[BaseMessage], offered: list[Any] | None = None) -> AIMessage:
    reply = model().bind_tools(offered).invoke(messages) if offered else model().invoke(messages)
    assert isinstance(reply, AIMessage)
    return reply


def talk(agent: dict[str, Any], lang: str, *turns: tuple[str, list[tuple[str, float]]]) -> list[AIMessage]:
    """Each turn is what the customer says and what was found for it. A hand-over ends the talk."""
    lines: list[BaseMessage] = []
    replies: list[AIMessage] = []
    for said, passages in turns:
        lines.append(HumanMessage(said))
        reply = answer([setting(agent, lang, passages=passages), *lines], tools("supervisor", "sales"))
        lines.append(AIMessage(reply.text))
        replies.append(reply)
    return replies


def called(reply: AIMessage) -> tuple[str, dict[str, Any]]:
    [call] = reply.tool_calls
    return call["name"], call["args"]


def prices(text: str) -> set[str]:
    return {re.sub(r"\D", "", n) for n in _PRICE.findall(text)}


CRASH = [("app-crashes", 0.9)]


def test_the_same_conversation_gets_the_same_answer() -> None:
    once, twice = (talk(TECH, "ru", ("приложение вылетает", CRASH))[0] for _ in range(2))
    assert once.text == twice.text
    assert once.usage_metadata == twice.usage_metadata


@pytest.mark.parametrize(("lang", "words"), [("ru", "вылетает приложение"), ("en", "the app crashes")])
def test_it_answers_from_the_article_in_the_language_of_the_message(lang: str, words: str) -> None:
    [reply] = talk(TECH, lang, (words, CRASH))
    assert LIBRARY[lang, "app-crashes"].intro in reply.text
    assert reply.response_metadata["citations"] == ["app-crashes"]


def test_what_could_not_be_done_was_not_tried() -> None:
    assert phrasebook("ru").tried("не могу обновить приложение, пробовал") == set()


def test_without_the_tool_nobody_is_promised_a_transfer() -> None:
    reply = answer([setting(TECH, "ru"), HumanMessage("позовите оператора")])
    assert not reply.tool_calls
    assert reply.text


def test_people_of_a_team_are_no_wish_for_a_person() -> None:
    [reply] = talk(SALES, "ru", ("нас 25 человек", [("extra-people", 0.7)]))
    assert "call_person" not in [call["name"] for call in reply.tool_calls]


@pytest.mark.parametrize("agent", [TECH, SALES, BOSS], ids=["tech", "sales", "supervisor"])
@pytest.mark.parametrize("lang", ["ru", "en"])
def test_no_answer_holds_a_price_that_is_not_in_the_cited_article(agent: dict[str, Any], lang: str) -> None:
    for article in (a for a in LIBRARY.values() if a.lang == lang):
        for question in article.questions:
            asked = (question, [(article.id, 0.8)])
            for reply in talk(agent, lang, asked, asked):
                cited = [LIBRARY[lang, name] for name in reply.response_metadata["citations"]]
                assert prices(reply.text) <= {p for a in cited for p in prices(a.body)}, (
                    article.id,
                    question,
                )


@settings(max_examples=60)
@given(
    said=st.lists(st.sampled_from(QUESTIONS) | st.text(max_size=40), min_size=1, max_size=4),
    article=st.sampled_from(sorted(LIBRARY)),
    score=st.floats(0, 1),
    agent=st.sampled_from([TECH, SALES, BOSS]),
)
def test_any_talk_gets_words_or_a_call_and_no_invented_price(
    said: list[str], article: tuple[str, str], score: float, agent: dict[str, Any]
) -> None:
    lang, name = article
    for reply in talk(agent, lang, *((line or "?", [(name, score)]) for line in said)):
        assert reply.text.strip() or reply.tool_calls
        cited = [LIBRARY[lang, known] for known in reply.response_metadata["citations"]]
        assert prices(reply.text) <= {p for a in cited for p in prices(a.body)}


def test_phrasebooks_hold_the_same_keys_and_only_text() -> None:
    books = [phrasebook(language) for language in languages("phrases.yaml")]
    for part in ("cues", "actions", "say"):
        assert len({frozenset(getattr(book, part)) for book in books}) == 1
    words = [w for b in books for group in (*b.cues.values(), *b.actions.values(), b.filler) for w in group]
    assert all(isinstance(w, str) and w == w.lower() and "ё" not in w for w in words)
