"""What the operators' queue says that a customer wants, and why a person was called."""

from __future__ import annotations

import pytest

from app.services.workbench import Workbench
from app.ui.monitor.panels import describe_wish
from app.ui.words import room_texts
from tests.integration.test_skills_at_work import Chat, bench, office

__all__ = ["bench", "office"]
pytestmark = pytest.mark.anyio


async def wish_of(bench: Workbench, customer: str, lines: list[str]) -> str:
    chat = Chat(bench, customer)
    for line in lines:
        await chat.say(line)
    language = "en" if lines[0].isascii() else "ru"
    row = (await bench.operators.queue(10, reader=language)).dialogs[0]
    return describe_wish(row.summary, room_texts(language, "monitor"))


@pytest.mark.parametrize(
    ("lines", "told", "unsaid"),
    [
        (["вы обнаглели совсем!!! пятый день файлы не грузятся", "позовите человека"],
         "пятый день файлы не грузятся", "обнаглели"),
        (["this is ridiculous! a week and my calendar still does not sync", "get me a human"],
         "a week and my calendar still does not sync", "ridiculous"),
        (["у меня украли карту"], "украденная карта", "ё-моё"),
    ],
)  # fmt: skip
async def test_the_topic_and_the_trouble_are_told_and_not_the_shout(
    bench: Workbench, lines: list[str], told: str, unsaid: str
) -> None:
    wish = await wish_of(bench, "demo_student" if not lines[0].isascii() else "demo_en", lines)
    assert told in wish
    assert unsaid not in wish


@pytest.mark.parametrize(
    ("said", "told"),
    [("позовите живого человека", "клиент ещё не сказал"), ("put me through to a human", "has not said yet")],
)
async def test_a_bare_call_is_the_reason_and_no_wish(bench: Workbench, said: str, told: str) -> None:
    wish = await wish_of(bench, "customer_123" if not said.isascii() else "demo_en", [said])
    assert told in wish
