"""Replay: the customer's lines of a dialog again, under other settings, on a copy of the records of then."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, Field

from app.agents.orchestrator import Orchestrator
from app.core.backoffice import ActionApproval, ActionContext
from app.core.clock import Clock
from app.core.dialog import Dialog, Message
from app.core.exceptions import BackOfficeUnavailable, CallCenterError
from app.core.models import OPERATOR, Said, Turn, TurnContext
from app.core.ports import BackOffice, DialogStore
from app.core.proposals import Proposal
from app.core.threads import in_office
from app.services.dialogs.admission import RunningTurns, Stopped
from app.services.dialogs.consents import Consents
from app.services.dialogs.settling import Settling

Difference = Literal["", "route", "words"]
AT_ONCE = 4
"""Replays in one process: each of them may cost as many paid turns as its dialog has."""
STRANGER = "stranger"
_NUMBER = re.compile(r"\b[A-Z]{1,2}-\d+\b")


class Setup(BaseModel):
    """`threshold`: below it the cascade asks the model; the local router leaves the customer where they are.

    `temperature` and `language` None: as they are.
    """

    router: str
    threshold: float = Field(ge=0, le=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    language: str | None = Field(default=None, pattern="^[a-z]{2}$")


class SetupImpossible(CallCenterError):
    status = 422
    code = "setup_impossible"

    def __init__(self, routers: tuple[str, ...]) -> None:
        super().__init__(f"Unknown router; available routers: {', '.join(routers)}.")


class ReplaysBusy(CallCenterError):
    status = 503
    code = "replays_busy"
    retry_after = 10

    def __init__(self) -> None:
        super().__init__(f"{AT_ONCE} replays are already running; try again later.")


class ReplayedAnswer(BaseModel):
    """`turn` is None for a person's line and for a turn that has failed, which `failure` names."""

    text: str = ""
    turn: Turn | None = None
    failure: str = ""


class Step(BaseModel):
    """One line of the customer, what was answered then, and what is answered now."""

    seq: int
    asked: str
    then: ReplayedAnswer
    now: ReplayedAnswer
    differs: Difference = ""


@dataclass
class ReplayClock:
    """Stands at the line that is answered."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


Make = Callable[[Setup, BackOffice | None, Clock], Orchestrator]
RecordsAt = Callable[[str, datetime, Clock], BackOffice | None]
"""Of a customer at a moment; without effects on the real ones. Blocking."""


@dataclass(frozen=True)
class Replay:
    """`make` builds what answers over the records of then; `thoughtful`: there is a temperature to be set.

    `decided` lists the approvals of the real records.
    """

    store: DialogStore
    make: Make
    records: RecordsAt
    decided: Callable[[], list[ActionApproval]]
    routers: tuple[str, ...]
    threshold: float
    thoughtful: bool = False
    history: int = 20
    consents: Consents = field(default_factory=Consents)
    running: RunningTurns = field(default_factory=RunningTurns)
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def length(self, dialog_id: str) -> int:
        """Turns that a replay will have."""
        return len(_customer_lines(await self.store.read(dialog_id)))

    async def run(self, dialog_id: str, setup: Setup, name: str = "") -> AsyncIterator[Step]:
        """A step at a time.

        Raises SetupImpossible, ReplaysBusy, DialogNotFound, and Stopped after `stop(name)`.
        """
        if setup.router not in self.routers:
            raise SetupImpossible(self.routers)
        if self.places.locked():
            raise ReplaysBusy
        async with self.places:
            rehearsal = await self._begin(await self.store.read(dialog_id), setup)
            dialog = rehearsal.dialog
            try:
                for asked in _customer_lines(dialog):
                    yield await self.running.run(name or dialog_id, rehearsal.step(asked))
            finally:
                await rehearsal.close()

    async def first_answer(self, text: str) -> ReplayedAnswer:
        """To somebody unknown who begins with this line, as things are now."""
        now = datetime.now(UTC)
        dialog = Dialog(dialog_id=STRANGER, customer_id=STRANGER, created_at=now, updated_at=now)
        asked = dialog.receive(text, now)
        setup = Setup(router=self.routers[0], threshold=self.threshold)
        rehearsal = await self._begin(dialog, setup)
        try:
            return (await rehearsal.step(asked)).now
        finally:
            await rehearsal.close()

    def stop(self, name: str) -> bool:
        return self.running.stop(name)

    async def _begin(self, dialog: Dialog, setup: Setup) -> Rehearsal:
        """Where the records cannot be reached, tools say so, as in a turn."""
        began = dialog.messages[0].timestamp if dialog.messages else dialog.created_at
        clock, office, words = ReplayClock(began), None, list[ActionApproval]()
        with suppress(BackOfficeUnavailable):
            office = await in_office(self.records, dialog.customer_id, began, clock)
            words = [a for a in await in_office(self.decided) if a.origin.dialog_id == dialog.dialog_id]
        orchestrator = self.make(setup, office, clock)
        consents = replace(self.consents, clock=clock)
        return Rehearsal(dialog, orchestrator, self.history, consents, clock, words)


@dataclass
class Rehearsal:
    """Agents see their new answers, and the original lines of customer and operators.

    `words` are what people decided on approvals of the dialog; they fall when they fell then.
    """

    dialog: Dialog
    orchestrator: Orchestrator
    history: int
    consents: Consents
    clock: ReplayClock
    words: list[ActionApproval]
    lines: list[Said] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    serving: str | None = None

    async def step(self, asked: Message) -> Step:
        then, self.clock.now = _original_answer(self.dialog, asked), asked.timestamp
        await in_office(self._decide, asked.timestamp)
        self.lines.append(Said(role="customer", content=asked.content))
        now = then if _by_person(self.dialog, asked) else await self._answer(asked)
        if now.text:
            agent = now.turn.agent if now.turn else OPERATOR
            self.lines.append(Said(role="agent", content=now.text, agent=agent))
        return Step(seq=asked.seq, asked=asked.content, then=then, now=now, differs=difference(then, now))

    async def _answer(self, asked: Message) -> ReplayedAnswer:
        shadow, line = self._shadow(asked), asked.model_copy(update={"verdict": None})
        self.consents.hear(shadow, line)
        try:
            reply = await Settling(self.orchestrator, self.consents).answer(
                shadow, line, self.lines[-self.history :], self._turn_context(asked), None
            )
        except Stopped:
            raise
        except CallCenterError as error:
            return ReplayedAnswer(failure=error.code)
        self.turns.append(reply.turn)
        self.serving = reply.turn.agent
        said = next((m for m in _find_answers(self.dialog, asked) if m.turn), asked)
        self.consents.follow(shadow, reply, said.model_copy(update={"agent_type": reply.turn.agent}))
        return ReplayedAnswer(text=reply.text, turn=reply.turn)

    def _shadow(self, asked: Message) -> Dialog:
        """The dialog up to that line, with what the replay has proposed so far."""
        notes = [note for note in self.dialog.notes if note.at <= asked.timestamp]
        known = {"messages": self.dialog.messages[: asked.seq], "notes": notes, "events": []}
        now = {"assigned_agent": self.serving, "handler": "bot", "proposals": self.proposals}
        return self.dialog.model_copy(update={**known, **now})

    def _decide(self, until: datetime) -> None:
        """What a person has decided by now, on the same request of the replay."""
        office = self.orchestrator.context.office
        due = [a for a in self.words if a.decided_at is not None and a.decided_at <= until]
        self.words = [a for a in self.words if a not in due]
        for word in due:
            for waits in office.approvals() if office else ():
                if (waits.origin.seq, waits.tool) == (word.origin.seq, word.tool) and office:
                    office.decide(waits.number, word.status == "approved", word.decided_by or "", word.note)

    async def close(self) -> None:
        """The copy of the records is gone with it."""
        if office := self.orchestrator.context.office:
            await asyncio.to_thread(office.close)

    def _turn_context(self, asked: Message) -> TurnContext:
        """With the original dialog and line."""
        dialog = self.dialog
        return TurnContext(
            origin=ActionContext(dialog_id=dialog.dialog_id, seq=asked.seq, customer_id=dialog.customer_id),
            notes=[note.text for note in dialog.notes if note.text and note.at <= asked.timestamp],
            used=[use for turn in self.turns for use in turn.tools],
            cited=list(dict.fromkeys(name for turn in self.turns for name in turn.citations)),
            transferred=any(turn.hops for turn in self.turns),
            matter=self.turns[-1].matter if self.turns else None,
        )


def difference(then: ReplayedAnswer, now: ReplayedAnswer) -> Difference:
    """Record numbers are ignored: each replay draws new ones."""
    if _route(then) != _route(now):
        return "route"
    return "words" if _NUMBER.sub("#", then.text) != _NUMBER.sub("#", now.text) else ""


def _route(answer: ReplayedAnswer) -> tuple[str, ...]:
    if answer.turn is None:
        return (answer.failure or OPERATOR,)
    return (answer.turn.decision.agent, answer.turn.agent)


def _customer_lines(dialog: Dialog) -> list[Message]:
    return [m for m in dialog.messages if m.role == "customer"]


def _find_answers(dialog: Dialog, asked: Message) -> list[Message]:
    """All answers until the next customer line, without reports of approvals."""
    said: list[Message] = []
    for message in dialog.messages[asked.seq :]:
        if message.role == "customer":
            break
        if message.about is None:
            said.append(message)
    return said


def _by_person(dialog: Dialog, asked: Message) -> bool:
    """True if an operator answered, not the bot."""
    return asked.state == "done" and not any(m.turn for m in _find_answers(dialog, asked))


def _original_answer(dialog: Dialog, asked: Message) -> ReplayedAnswer:
    said = _find_answers(dialog, asked)
    text = "\n\n".join(m.content for m in said)
    failure = "" if asked.state == "done" else asked.state
    return ReplayedAnswer(text=text, turn=next((m.turn for m in said if m.turn), None), failure=failure)
