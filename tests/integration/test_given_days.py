"""Days and credits are given for what is on record and was asked for in words, never on a guess."""

from __future__ import annotations

import pytest

from app.services.workbench import Workbench
from tests.integration.test_skills_at_work import Chat, bench, office

__all__ = ["bench", "office"]
pytestmark = pytest.mark.anyio
GIVEN = {"compensate_outage", "grant_credit"}


async def done_by(chat: Chat) -> set[str]:
    return {use.name for use in await chat.tools() if use.status == "done"} & GIVEN


@pytest.mark.parametrize(
    "lines",
    [
        ["put me on pro yearly", "hang on, where do the days go that are paid already", "yes"],
        ["will my unused days be lost", "ok"],
        ["а неиспользованные дни куда", "ну да"],
        ["накиньте пару дней", "да"],
        ["slip me 300 for being a loyal guy"],
        ["зачислите мне 400 рублей просто так"],
    ],
)
async def test_nothing_is_given_on_a_guess(bench: Workbench, lines: list[str]) -> None:
    chat = Chat(bench, "customer_123")
    for line in lines:
        await chat.say(line)
        assert not await done_by(chat)


@pytest.mark.parametrize(
    ("line", "agreement"),
    [
        ("позавчера файлы весь день лежали, продлите подписку за это", "да, продлите"),
        ("files were down the day before yesterday, extend my plan for it", "yes, extend it"),
    ],
)
async def test_an_outage_that_is_named_is_made_good_on_a_yes(
    bench: Workbench, line: str, agreement: str
) -> None:
    chat = Chat(bench, "customer_123")
    await chat.say(line)
    assert not await done_by(chat)
    await chat.say(agreement)
    assert await done_by(chat) == {"compensate_outage"}
