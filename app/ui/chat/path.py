"""Why the shown turn went to its agent, and the word of whoever says that it was the wrong one."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from app.core.exceptions import CallCenterError
from app.core.models import OPERATOR, Decision
from app.evaluation.corrections import Correction
from app.services.dialogs.views import DialogView, MessageView
from app.services.workbench import Workbench
from app.ui.why import Objection, render_why
from app.ui.words import RoomTexts, room_texts

log = structlog.get_logger()
ROUTED = {"topic", "plain", "follow_up", "unsure", "little", "held", "fallback", "model"}
"""Kinds of explanations under which a desk was chosen."""


def answer_at(view: DialogView, seq: int) -> MessageView | None:
    """The line, or the answer to a customer's line."""
    message = view.messages[seq - 1] if 1 <= seq <= len(view.messages) else None
    if message and message.role == "customer":
        message = next(iter(view.messages[seq : seq + 1]), None)
        return message if message and message.role != "customer" else None
    return message


def question_to(view: DialogView, answer: MessageView) -> MessageView | None:
    return next((m for m in reversed(view.messages[: answer.seq - 1]) if m.role == "customer"), None)


@dataclass(frozen=True)
class TurnReasons:
    bench: Workbench
    texts: RoomTexts

    @property
    def own(self) -> RoomTexts:
        return room_texts(self.texts.language, "why")

    async def render(self, view: DialogView, seq: int) -> str:
        """Empty where no agent answered."""
        answer = answer_at(view, seq)
        asked = question_to(view, answer) if answer else None
        if answer is None or answer.path is None or asked is None or answer.role == OPERATOR:
            return ""
        found = await self.bench.explaining.explain(asked.content, answer.path.decision)
        objection = None
        if found.kind in ROUTED:
            objection = self._objection(answer.seq, found.agent, await self._standing(view, asked.seq))
        return render_why(found, self.texts.language, objection)

    async def of_running(self, asked: str, decision: Decision) -> str:
        """Of the turn whose answer to `asked` is being written."""
        return render_why(await self.bench.explaining.explain(asked, decision), self.texts.language)

    async def object(self, name: str, pick: str) -> tuple[int, str]:
        """(seq, what is told) of `seq desk`, or of `seq`, which withdraws. Raises CallCenterError."""
        place, _, wanted = pick.partition(" ")
        seq, words = int(place) if place.isdecimal() else 0, self.own.words
        if not wanted:
            await self.bench.objections.withdraw(name, seq)
            return seq, str(words["withdrawn"])
        await self.bench.objections.propose(name, seq, wanted, words["reason"], words["by"])
        return seq, words["thanks"].format(agent=self.texts.agent(wanted))

    async def _standing(self, view: DialogView, seq: int) -> Correction | None:
        """A file that cannot be read hides what was proposed; who proposes anew is told."""
        try:
            return (await self.bench.objections.standing(view.dialog_id)).get(seq)
        except CallCenterError as error:
            log.warning("proposals_unread", code=error.code)
            return None

    def _objection(self, seq: int, got: str, standing: Correction | None) -> Objection:
        desks = tuple(name for name in self.bench.agents if name != got)
        if standing is None:
            return Objection(seq, desks)
        return Objection(seq, desks, standing.label, standing.confirmed_by or "")
