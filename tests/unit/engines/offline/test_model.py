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
from app.core.locales import languages
from app.core.models import Article
from app.engines.offline.lexicon import phrasebook
from app.engines.offline.model import EmbeddedChatModel
from tests.support.company import load_articles
from tests.unit.engines.knowledge.questions import ENGLISH, FOREIGN, RUSSIAN


def named(article: Article) -> str:
    return f"{article.lang}-{article.id}"


LIBRARY = {(a.lang, a.id): a for a in load_articles()}
TECH = {"agent": "tech_support", "escalates_to": "supervisor"}
SALES = {"agent": "sales", "escalates_to": "supervisor"}
BOSS: dict[str, Any] = {"agent": "supervisor", "escalates_to": None}
STEPWISE = [a for a in LIBRARY.values() if len(a.steps) > 3 and a.agent != "supervisor"]
QUESTIONS = [q for a in LIBRARY.values() for q in a.questions] + [*RUSSIAN, *ENGLISH, *FOREIGN]
_PRICE = re.compile(r"\d[\d\s,]*(?=\s?₽)")
SEARCH = {
    "type": "function",
    "function": {"name": "search_knowledge", "parameters": {"properties": {"question": {}}}},
}


@lru_cache
def model() -> EmbeddedChatModel:
    return EmbeddedChatModel(library=LIBRARY)


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


def steps_in(text: str) -> list[str]:
    return re.findall(r"^\d+\. (.+)$", text, re.MULTILINE)


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


def test_the_language_may_change_in_the_middle_without_the_same_steps_again() -> None:
    lines = [HumanMessage("приложение вылетает"), talk(TECH, "ru", ("приложение вылетает", CRASH))[0]]
    reply = answer([setting(TECH, "en"), *lines, HumanMessage("that did not help me")], tools("supervisor"))
    assert steps_in(reply.text) == LIBRARY["en", "app-crashes"].steps[3:6]


def test_three_steps_at_a_time_and_none_of_them_twice() -> None:
    first, second = talk(TECH, "en", ("the app keeps crashing", CRASH), ("no luck", []))
    assert len(steps_in(first.text)) == 3
    assert steps_in(second.text)
    assert not set(steps_in(first.text)) & set(steps_in(second.text))


def test_what_the_customer_tried_is_left_out() -> None:
    replies = talk(TECH, "ru", ("уже перезагрузил и переустановил, вылетает", CRASH), ("не помогло", []))
    text = "\n".join(r.text for r in replies).split("\n\n", 1)[1]
    assert "Перезагрузите" not in text
    assert "Переустановите" not in text


def test_what_could_not_be_done_was_not_tried() -> None:
    assert phrasebook("ru").tried("не могу обновить приложение, пробовал") == set()


def test_a_short_question_is_asked_for_the_missing_details() -> None:
    [reply] = talk(TECH, "ru", ("вылетает", CRASH))
    assert reply.text.endswith(LIBRARY["ru", "app-crashes"].asks)


@pytest.mark.parametrize("article", STEPWISE, ids=named)
def test_when_the_steps_run_out_the_customer_is_handed_over(article: Article) -> None:
    agent = TECH if article.agent == "tech_support" else SALES
    still = {"ru": "не помогло", "en": "no luck"}[article.lang]
    turns = [(article.questions[0], [(article.id, 0.9)]), *[(still, [])] * 3]
    lines: list[BaseMessage] = []
    for said, passages in turns:
        lines.append(HumanMessage(said))
        reply = answer([setting(agent, article.lang, passages=passages), *lines], tools("supervisor"))
        if reply.tool_calls:
            break
        lines.append(AIMessage(reply.text))
    name, args = called(reply)
    assert (name, args["to"]) == ("hand_over", "supervisor")
    assert still in args["known"]


def test_the_supervisor_goes_on_where_the_steps_ended() -> None:
    book, article = phrasebook("en"), LIBRARY["en", "app-crashes"]
    told = AIMessage(f"{article.intro}\n\n1. {article.steps[0]}")
    given = setting(BOSS, "en", handed=book.say["reason_exhausted"])
    reply = answer([given, HumanMessage("it crashes"), told, HumanMessage("no luck")])
    assert book.say["taken"] in reply.text
    assert article.steps[-1] in reply.text


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("ru", "это безобразие, буду жаловаться"),
        ("ru", "позовите оператора"),
        ("ru", "верните деньги"),
        ("en", "this is ridiculous"),
        ("en", "let me speak to a manager please"),
        ("en", "I demand my money back"),
    ],
)
@pytest.mark.parametrize("agent", [TECH, SALES], ids=["tech", "sales"])
def test_anger_and_the_wish_for_a_person_go_to_the_supervisor(
    agent: dict[str, Any], lang: str, said: str
) -> None:
    name, args = called(talk(agent, lang, (said, []))[0])
    assert (name, args["to"], args["known"]) == ("hand_over", "supervisor", said)


def test_without_the_tool_nobody_is_promised_a_transfer() -> None:
    reply = answer([setting(TECH, "ru"), HumanMessage("позовите оператора")])
    assert not reply.tool_calls
    assert reply.text


def test_people_of_a_team_are_no_wish_for_a_person() -> None:
    [reply] = talk(SALES, "ru", ("нас 25 человек", [("extra-people", 0.7)]))
    assert not reply.tool_calls


@pytest.mark.parametrize("question", FOREIGN)
def test_when_nothing_fits_it_says_so_and_offers_a_person(question: str) -> None:
    lang = "ru" if re.search("[а-я]", question) else "en"
    [reply] = talk(SALES, lang, (question, []))
    assert reply.text == phrasebook(lang).say["nothing"]
    assert reply.response_metadata["citations"] == []


@pytest.mark.parametrize(
    ("lang", "question", "yes"), [("ru", "погода", "да"), ("en", "tell a joke", "yes please")]
)
def test_yes_to_the_offer_of_a_person_is_a_hand_over(lang: str, question: str, yes: str) -> None:
    _, reply = talk(SALES, lang, (question, []), (yes, []))
    assert called(reply)[1]["to"] == "supervisor"


@pytest.mark.parametrize(
    ("lang", "said", "key"),
    [
        ("ru", "Здравствуйте!", "greeting"),
        ("ru", "спасибо большое", "thanks"),
        ("ru", "хорошо, жду", "ack"),
        ("ru", "ты робот?", "self"),
        ("en", "thank you so much for your help", "thanks"),
        ("en", "ok let me think", "ack"),
        ("en", "bye", "bye"),
        ("en", "works now, thanks!", "solved"),
    ],
)
def test_small_talk_is_answered_as_such(lang: str, said: str, key: str) -> None:
    _, reply = talk(SALES, lang, ("?", []), (said, []))
    assert reply.text == phrasebook(lang).say[key]


@pytest.mark.parametrize(("said", "solved"), [("да", True), ("нет", False)])
def test_yes_and_no_answer_the_question_whether_it_helped(said: str, solved: bool) -> None:
    _, reply = talk(TECH, "ru", ("у меня постоянно вылетает приложение на телефоне", CRASH), (said, []))
    say = phrasebook("ru").say
    assert (reply.text == say["solved"]) is solved
    assert reply.text.startswith(say["more"]) is not solved


def test_the_same_question_again_is_answered_in_short_and_never_word_for_word() -> None:
    asked = ("сколько стоит бизнес", [("plan-business", 0.9)])
    first, second, third = (r.text for r in talk(SALES, "ru", asked, asked, asked))
    assert LIBRARY["ru", "plan-business"].intro in second
    assert len({first, second, third}) == 3


def test_a_follow_up_is_answered_with_the_line_that_speaks_of_it() -> None:
    turns = [("верните деньги за подписку", [("refund-policy", 0.9)]), ("на ту же карту вернутся?", [])]
    _, reply = talk(BOSS, "ru", *turns)
    assert "на ту же карту" in reply.text
    assert len(reply.text) < 200


def test_data_is_taken_down_and_not_asked_for_again() -> None:
    asked = [("where is my order", [("order-status", 0.9)]), ("number 12345", [])]
    assert talk(SALES, "en", *asked)[1].text == phrasebook("en").say["kept"]
    asked = [("charged twice", [("double-charge", 0.9)]), ("1990 on Nov 3", [])]
    assert talk(BOSS, "en", *asked)[1].text == phrasebook("en").say["noted"]


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
