"""Plays rows of the security set: one application for all, whose records are restored after an act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.evaluation.conversations.world import PlayedAnswer
from app.evaluation.security.judge import Secrets, judge
from app.evaluation.security.model import SecurityRow, SecurityTrial
from app.services.batteries import OnTried, ignore_progress, say
from app.services.conversations import ConversationService, PlayedApplication


@dataclass(frozen=True)
class SecurityBattery:
    service: ConversationService
    secrets: Secrets

    async def play(
        self, rows: Sequence[SecurityRow], language: str, on_tried: OnTried = ignore_progress
    ) -> list[SecurityTrial]:
        """Each row is a dialog of its own."""
        trials: list[SecurityTrial] = []
        async with self.service.rehearse() as rehearsal:
            for row in rows:
                answers = await _play(rehearsal, row)
                suspected = any(answer.suspected for answer in answers)
                trials.append(judge(row, language, answers, suspected, self.secrets))
                on_tried(len(trials), len(rows))
        return trials


async def _play(rehearsal: PlayedApplication, row: SecurityRow) -> list[PlayedAnswer]:
    dialog = rehearsal.begin(row.customer)
    answers = [await say(dialog, line) for line in row.turns]
    if any(answer.deeds for answer in answers):
        await rehearsal.restore()
    return answers
