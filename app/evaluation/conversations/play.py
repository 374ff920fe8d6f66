"""Plays conversations, each in a world of its own, and judges every turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from hashlib import sha256

from pydantic import BaseModel, computed_field

from app.core.exceptions import CallCenterError
from app.evaluation.conversations.checks import TurnCase, TurnVerdict, judge_turn
from app.evaluation.conversations.model import Conversation, ConversationKind
from app.evaluation.conversations.world import ConversationWorld, ConversationWorlds, PlayedAnswer

OnPlayed = Callable[[int, int], None]


class JudgedTurn(BaseModel):
    """One turn as it was played. `turn` counts from 1; `answer_id` names the words of the answer."""

    conversation: str
    turn: int
    language: str
    customer: str
    kind: ConversationKind
    about: str
    say: str
    right: str
    answer: PlayedAnswer
    verdict: TurnVerdict

    @computed_field  # type: ignore[prop-decorator]
    @property
    def answer_id(self) -> str:
        return sha256(self.answer.text.encode()).hexdigest()[:8]


async def play_conversations(
    conversations: Sequence[Conversation],
    worlds: ConversationWorlds,
    concurrency: int = 2,
    on_played: OnPlayed = lambda _done, _all: None,
) -> list[JudgedTurn]:
    """In the order of the conversations. `on_played` is told conversations done and all."""
    places, done = asyncio.Semaphore(concurrency), 0

    async def one(conversation: Conversation) -> list[JudgedTurn]:
        nonlocal done
        async with places, worlds(conversation.customer) as world:
            turns = await _play(conversation, world)
        done += 1
        on_played(done, len(conversations))
        return turns

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(conversation)) for conversation in conversations]
    return [turn for task in tasks for turn in task.result()]


async def _play(conversation: Conversation, world: ConversationWorld) -> list[JudgedTurn]:
    answers: list[PlayedAnswer] = []
    turns: list[JudgedTurn] = []
    for at, turn in enumerate(conversation.turns):
        answer = await _say(world, turn.say)
        known = await world.look()
        verdict = judge_turn(TurnCase(conversation, at, answer, known, tuple(answers)))
        answers.append(answer)
        told = conversation.model_dump(include={"language", "customer", "kind", "about"})
        turns.append(
            JudgedTurn(
                conversation=conversation.id,
                turn=at + 1,
                say=turn.say,
                right=turn.right,
                answer=answer,
                verdict=verdict,
                **told,
            )
        )
    return turns


async def _say(world: ConversationWorld, text: str) -> PlayedAnswer:
    """A line that is refused is a turn without an answer."""
    try:
        return await world.say(text)
    except CallCenterError as error:
        return PlayedAnswer(trouble=str(error))
