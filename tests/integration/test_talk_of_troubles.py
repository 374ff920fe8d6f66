"""Complaints that something has long not worked, what nobody knows, and a person who is called already."""

from __future__ import annotations

import pytest

from app.services.workbench import Workbench
from tests.integration.test_skills_at_work import Chat, bench, office

__all__ = ["bench", "office"]
pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "said",
    [
        "вы обнаглели совсем! четвёртый день у вас ничего не работает",
        "уже неделю ничего не работает, сколько можно",
        "for three days now nothing works on your side",
    ],
)
async def test_an_outage_of_today_does_not_explain_a_trouble_of_days(bench: Workbench, said: str) -> None:
    told = await Chat(bench, "demo_student" if not said.isascii() else "demo_en").say(said)
    assert "Видеозвонки" not in told
    assert "Video calls" not in told
    assert any(word in told.lower() for word in ("прост", "жаль", "извин", "sorry"))


async def test_what_fails_is_asked_and_its_steps_follow(bench: Workbench) -> None:
    chat = Chat(bench, "demo_student")
    assert "Что именно не работает" in await chat.say("третьи сутки пошли, третий день ничего не работает!!")
    assert "1. " in await chat.say("синхронизация не идёт")


@pytest.mark.parametrize("said", ["видеозвонки не соединяются", "video calls keep dropping"])
async def test_an_outage_of_now_explains_a_trouble_of_now(bench: Workbench, said: str) -> None:
    told = await Chat(bench, "demo_student" if not said.isascii() else "demo_en").say(said)
    assert "Видеозвонки прерываются" in told or "Video calls drop" in told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("what time do you close", "9:00 to 20:00"),
        ("what are your business hours?", "9:00 to 20:00"),
        ("какой у вас график работы?", "с 9:00 до 20:00"),
        ("а по выходным вы работаете?", "с 9:00 до 20:00"),
    ],
)
async def test_hours_of_work_are_told(bench: Workbench, said: str, told: str) -> None:
    chat = Chat(bench, "customer_123" if not said.isascii() else "demo_en")
    assert told in await chat.say(said)
    assert told in await chat.say(said)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("who is your ceo", "Would you like to talk to a person?"),
        ("where are you based?", "Would you like to talk to a person?"),
        ("сколько у вас сотрудников?", "Позвать сотрудника?"),
        ("у вас есть офис в Самаре?", "Позвать сотрудника?"),
    ],
)
async def test_what_no_article_tells_is_not_made_up(bench: Workbench, said: str, told: str) -> None:
    chat = Chat(bench, "customer_123" if not said.isascii() else "demo_en")
    assert told in await chat.say(said)


@pytest.mark.parametrize(
    ("call", "lines", "waits", "asks"),
    [
        ("get me a human please", ["what a waste of time", "useless bot", "delete my account"],
         "queue", "talk to a person?"),
        ("позовите живого человека", ["толку от вас", "бесполезный бот", "удалите мой аккаунт"],
         "очеред", "озвать сотрудника"),
    ],
)  # fmt: skip
async def test_a_person_who_is_called_is_not_offered_again(
    bench: Workbench, call: str, lines: list[str], waits: str, asks: str
) -> None:
    chat = Chat(bench, "customer_123" if not call.isascii() else "demo_en")
    await chat.say(call)
    for line in lines:
        told = await chat.say(line)
        assert asks not in told
    assert waits in told


@pytest.mark.parametrize(
    ("lines", "choice", "told"),
    [
        (["флюр промокод брысь", "кырк промокод дзынь"], "1", "промокод"),
        (["blarg gift snorf", "fnord gift wibble"], "the first", "gift"),
    ],
)
async def test_after_two_misses_the_nearest_articles_and_a_person_are_offered(
    bench: Workbench, lines: list[str], choice: str, told: str
) -> None:
    chat = Chat(bench, "customer_123" if not choice.isascii() or choice == "1" else "demo_en")
    for line in lines:
        said = await chat.say(line)
    assert "1. " in said
    assert "озвать сотрудника?" in said or "talk to a person?" in said
    assert told in (await chat.say(choice)).lower()


@pytest.mark.parametrize(
    "said",
    [
        "two days ago nothing would sync all day, what will you give me for it",
        "my files did not sync two days ago, what do i get",
        "позавчера у меня файлы не синхронизировались, что мне за это положено?",
    ],
)
async def test_days_for_an_outage_are_asked_for_in_any_words(bench: Workbench, said: str) -> None:
    told = await Chat(bench, "customer_123" if not said.isascii() else "demo_en").say(said)
    assert "extend" in told or "одлить" in told or "подписка продлена" in told


@pytest.mark.parametrize(
    ("customer", "said", "how"),
    [
        ("demo_en", "app crashes when i open a file", "where can i see the version?"),
        ("customer_123", "приложение вылетает", "а где посмотреть версию?"),
    ],
)
async def test_where_to_find_the_version_is_told(
    bench: Workbench, customer: str, said: str, how: str
) -> None:
    chat = Chat(bench, customer)
    await chat.say(said)
    told = await chat.say(how)
    assert "reports its version" in told or "сообщает нам свою версию" in told
