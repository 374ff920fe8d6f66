"""What the chat shows while a slow model is waited for."""

from __future__ import annotations

import asyncio

import pytest

from app.core.models import TurnProgress
from app.ui.chat.turns import Emit, heard
from app.ui.words import words

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_a_wait_without_a_word_is_told_and_the_words_take_its_place(language: str) -> None:
    said, go_on = words(language, "chat"), asyncio.Event()

    async def work(emit: Emit) -> object:
        await go_on.wait()
        emit(TurnProgress(kind="text", text="Good day!"))
        return None

    shown = []
    async for line, _ in heard(work, said, limit=120, pause=0.001):
        shown.append(line["content"])
        go_on.set()
    assert shown[0] == said["waiting"].format(seconds=0, limit=120)
    assert shown[-1] == "Good day!"


async def test_words_that_have_come_are_not_replaced_by_a_word_on_the_wait() -> None:
    said, go_on = words("en", "chat"), asyncio.Event()

    async def work(emit: Emit) -> object:
        emit(TurnProgress(kind="text", text="Good"))
        asyncio.get_running_loop().call_later(0.02, go_on.set)
        await go_on.wait()
        return None

    shown = [line["content"] async for line, _ in heard(work, said, limit=9, pause=0.001)]
    assert shown[shown.index("Good") :] == ["Good"]
