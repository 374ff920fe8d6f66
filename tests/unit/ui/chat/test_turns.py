"""What the chat shows while a slow model is waited for."""

from __future__ import annotations

import asyncio

import pytest

from app.core.models import TurnProgress
from app.ui.chat.turns import Emit, stream_turn
from app.ui.words import room_texts

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_a_wait_without_a_word_is_told_and_the_words_take_its_place(language: str) -> None:
    texts, go_on = room_texts(language, "chat"), asyncio.Event()

    async def work(emit: Emit) -> object:
        await go_on.wait()
        emit(TurnProgress(kind="text", text="Good day!"))
        return None

    shown = []
    async for line, _ in stream_turn(work, texts, limit=120, pause=0.001):
        shown.append(line["content"])
        go_on.set()
    assert shown[0] == texts.words["waiting"].format(seconds=0, limit=120)
    assert shown[-1] == "Good day!"


async def test_words_that_have_come_are_not_replaced_by_a_word_on_the_wait() -> None:
    texts, go_on = room_texts("en", "chat"), asyncio.Event()

    async def work(emit: Emit) -> object:
        emit(TurnProgress(kind="text", text="Good"))
        asyncio.get_running_loop().call_later(0.02, go_on.set)
        await go_on.wait()
        return None

    shown = [line["content"] async for line, _ in stream_turn(work, texts, limit=9, pause=0.001)]
    assert shown[shown.index("Good") :] == ["Good"]
