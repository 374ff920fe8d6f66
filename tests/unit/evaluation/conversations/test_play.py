"""A conversation is played line by line in a world of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.core.exceptions import DialogClosed
from app.evaluation.conversations.facts import CustomerSnapshot
from app.evaluation.conversations.play import play_conversations
from app.evaluation.conversations.world import ConversationWorld, PlayedAnswer
from tests.unit.evaluation.conversations.builders import conversation, snapshot


class EchoWorld:
    """Answers with the line; closes the dialog on "bye"."""

    def __init__(self) -> None:
        self.closed = False

    async def say(self, text: str) -> PlayedAnswer:
        if self.closed:
            raise DialogClosed("d")
        self.closed = text == "bye"
        return PlayedAnswer(text=f"You said: {text}", model="echo")

    async def look(self) -> CustomerSnapshot:
        return snapshot()


@asynccontextmanager
async def world(_customer: str) -> AsyncIterator[ConversationWorld]:
    yield EchoWorld()


@pytest.mark.anyio
async def test_turns_come_in_the_order_of_the_conversations() -> None:
    told: list[tuple[int, int]] = []
    both = [conversation({"say": "a"}, name="first"), conversation({"say": "b"}, name="second")]
    played = await play_conversations(both, world, on_played=lambda done, total: told.append((done, total)))
    assert [(turn.conversation, turn.turn) for turn in played] == [
        (name, turn) for name in ("first", "second") for turn in (1, 2, 3, 4)
    ]
    assert played[0].answer.text == "You said: a"
    assert told == [(1, 2), (2, 2)]


@pytest.mark.anyio
async def test_a_line_into_a_closed_dialog_has_no_answer() -> None:
    played = await play_conversations([conversation({"say": "bye"})], world)
    assert [turn.verdict.grade for turn in played] == ["right", "bad", "bad", "bad"]
    assert played[1].answer.trouble
