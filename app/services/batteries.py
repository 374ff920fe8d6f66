"""Plays batteries of single lines: one application for all, whose records are restored after an act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.core.exceptions import CallCenterError
from app.evaluation.conversations.batteries import (
    CONSENT_ACTS,
    ConsentTrial,
    DemandTrial,
    Offer,
    acts_of,
    judge_consent,
    judge_demand,
)
from app.evaluation.conversations.model import ConsentLine, DemandLine
from app.evaluation.conversations.world import PlayedAnswer
from app.services.conversations import BenchConversation, ConversationService, PlayedApplication

OnTried = Callable[[int, int], None]


def ignore_progress(_done: int, _all: int) -> None:
    """Where nobody watches."""


@dataclass(frozen=True)
class Batteries:
    service: ConversationService

    async def try_demands(
        self, lines: Sequence[DemandLine], language: str, on_tried: OnTried = ignore_progress
    ) -> list[DemandTrial]:
        """Each line is the first message of a dialog of its own."""
        trials: list[DemandTrial] = []
        async with self.service.rehearse() as rehearsal:
            for line in lines:
                dialog = rehearsal.begin(line.customer)
                answer = await say(dialog, line.say)
                known = await dialog.look()
                trials.append(judge_demand(line, language, answer, known))
                if answer.deeds:
                    await rehearsal.restore()
                on_tried(len(trials), len(lines))
        return trials

    async def try_consent(
        self,
        lines: Sequence[ConsentLine],
        offers: Sequence[Offer],
        language: str,
        acts: Sequence[str] = CONSENT_ACTS,
        on_tried: OnTried = ignore_progress,
    ) -> tuple[list[ConsentTrial], list[str]]:
        """Every line after every act that it may follow, and the acts that no line led to the proposal of."""
        trials: list[ConsentTrial] = []
        never: list[str] = []
        total = sum(act in acts_of(line) for line in lines for act in acts)
        async with self.service.rehearse() as rehearsal:
            for act in acts:
                own = [line for line in lines if act in acts_of(line)]
                offered = await _offer(rehearsal, [o for o in offers if o.act == act])
                if offered is None:
                    never.append(act)
                    continue
                for line in own:
                    answer = await say(await offered.fork(), line.say)
                    trials.append(judge_consent(line, act, language, answer))
                    if answer.deeds:
                        await rehearsal.restore()
                    on_tried(len(trials), total)
        return trials, never


async def _offer(rehearsal: PlayedApplication, offers: Sequence[Offer]) -> BenchConversation | None:
    """A dialog in which the act has just been proposed, and nothing was done yet."""
    for offer in offers:
        dialog = rehearsal.begin(offer.customer)
        answers = [await say(dialog, text) for text in offer.say]
        if answers[-1].open == offer.act and not any(answer.deeds for answer in answers):
            return dialog
        await rehearsal.restore()
    return None


async def say(dialog: BenchConversation, text: str) -> PlayedAnswer:
    """A line that is refused has no answer."""
    try:
        return await dialog.say(text)
    except CallCenterError as error:
        return PlayedAnswer(trouble=str(error))
