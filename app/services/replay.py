"""Replay: the customer's lines of a dialog again, under other settings and without effects."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, Field

from app.agents.orchestrator import Orchestrator
from app.core.backoffice import ActionContext
from app.core.dialog import Dialog, Message
from app.core.exceptions import CallCenterError
from app.core.models import OPERATOR, Reply, Said, Turn, TurnContext
from app.core.ports import DialogStore
from app.core.proposals import Proposal
from app.services.dialogs.admission import RunningTurns, Stopped
from app.services.dialogs.consents import Consents
from app.services.dialogs.settling import Settling

Difference = Literal["", "route", "words"]
AT_ONCE = 4
"""Replays in one process: each of them may cost as many paid turns as its dialog has."""
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


@dataclass(frozen=True)
class Replay:
    """`make` builds what answers without effects; `thoughtful`: there is a temperature to be set."""

    store: DialogStore
    make: Callable[[Setup], Orchestrator]
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
            dialog = await self.store.read(dialog_id)
            rehearsal = Rehearsal(dialog, self.make(setup), self.history, self.consents)
            try:
                for asked in _customer_lines(dialog):
                    yield await self.running.run(name or dialog_id, rehearsal.step(asked))
            finally:
                await rehearsal.close()

    def stop(self, name: str) -> bool:
        return self.running.stop(name)


@dataclass
class Rehearsal:
    """Agents see their new answers, and the original lines of customer and operators."""

    dialog: Dialog
    orchestrator: Orchestrator
    history: int
    consents: Consents
    lines: list[Said] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    serving: str | None = None

    async def step(self, asked: Message) -> Step:
        then = _original_answer(self.dialog, asked)
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
        reply = as_proposed_then(self.dialog, asked, reply)
        self.turns.append(reply.turn)
        self.serving = reply.turn.agent
        if reply.proposal is not None:
            said = next((m for m in _find_answers(self.dialog, asked) if m.turn), asked)
            self.consents.put(shadow, reply.proposal, said)
        return ReplayedAnswer(text=reply.text, turn=reply.turn)

    def _shadow(self, asked: Message) -> Dialog:
        """The dialog up to that line, with what the replay has proposed so far."""
        notes = [note for note in self.dialog.notes if note.at <= asked.timestamp]
        known = {"messages": self.dialog.messages[: asked.seq], "notes": notes, "events": []}
        now = {"assigned_agent": self.serving, "handler": "bot", "proposals": self.proposals}
        return self.dialog.model_copy(update={**known, **now})

    async def close(self) -> None:
        """The rehearsal's records reopen on the next use."""
        if office := self.orchestrator.context.office:
            await asyncio.to_thread(office.close)

    def _turn_context(self, asked: Message) -> TurnContext:
        """With the original dialog and line: an action done for that line returns its original outcome."""
        dialog = self.dialog
        return TurnContext(
            origin=ActionContext(dialog_id=dialog.dialog_id, seq=asked.seq, customer_id=dialog.customer_id),
            notes=[note.text for note in dialog.notes if note.at <= asked.timestamp],
            used=[use for turn in self.turns for use in turn.tools],
            cited=list(dict.fromkeys(name for turn in self.turns for name in turn.citations)),
            transferred=any(turn.hops for turn in self.turns),
            matter=self.turns[-1].matter if self.turns else None,
        )


def as_proposed_then(dialog: Dialog, asked: Message, reply: Reply) -> Reply:
    """What was proposed for that line is proposed again: since then it may have been done."""
    made = reply.proposal
    then = next((p for p in dialog.proposals if p.seq == asked.seq), None)
    if made is None or then is None or (made.tool, _terms(made)) != (then.tool, _terms(then)):
        return reply
    past = {"state": "open", "times": 0, "decided": None, "outcome": None, "language": made.language}
    again = then.model_copy(update=past, deep=True)
    text = reply.text.removesuffix(made.wording) + again.wording
    return Reply(text=text, turn=reply.turn, proposal=again)


def _terms(proposal: Proposal) -> dict[str, object]:
    return {name: value for name, value in proposal.arguments.items() if name != "again"}


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
