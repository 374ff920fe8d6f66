"""Replay: the customer's lines of a dialog again, under other settings and without effects."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from app.agents.orchestrator import Orchestrator
from app.core.actions import Action, Quote
from app.core.backoffice import (
    Account,
    ActionApproval,
    ActionContext,
    BookedCall,
    Effect,
    Incident,
    Order,
    Outcome,
    Payment,
    Ticket,
    Worth,
)
from app.core.catalogue import Item, Plan
from app.core.dialog import Dialog, Message
from app.core.exceptions import CallCenterError
from app.core.models import OPERATOR, Said, Turn, TurnContext
from app.core.ports import BackOffice, DialogStore
from app.core.proposals import Consent
from app.services.dialogs.admission import RunningTurns, Stopped

REFUSED = Outcome(status="refused", reason="rehearsal")


@dataclass(frozen=True)
class ReadOnlyOffice:
    """Reads go through to `real`; every action is refused with the reason `rehearsal`."""

    real: BackOffice

    def account(self, customer_id: str) -> Account | None:
        return self.real.account(customer_id)

    def plans(self) -> list[Plan]:
        return self.real.plans()

    def items(self) -> list[Item]:
        return self.real.items()

    def incidents(self, since: datetime | None = None) -> list[Incident]:
        return self.real.incidents(since)

    def payments(self, customer_id: str) -> list[Payment]:
        return self.real.payments(customer_id)

    def worths(self, customer_ids: Collection[str]) -> dict[str, Worth]:
        return self.real.worths(customer_ids)

    def orders(self, customer_id: str) -> list[Order]:
        return self.real.orders(customer_id)

    def tickets(self, customer_id: str) -> list[Ticket]:
        return self.real.tickets(customer_id)

    def calls(self, customer_id: str) -> list[BookedCall]:
        return self.real.calls(customer_id)

    def quote(self, customer_id: str, wanted: Quote) -> Outcome:
        return self.real.quote(customer_id, wanted)

    def propose(self, _origin: ActionContext, _action: Action) -> Outcome:
        return REFUSED

    def act(self, _origin: ActionContext, _action: Action, _consent: Consent | None = None) -> Outcome:
        return REFUSED

    def effects(self, dialog_id: str, seq: int | None = None) -> list[Effect]:
        return self.real.effects(dialog_id, seq)

    def approvals(self, status: str | None = "pending", limit: int | None = None) -> list[ActionApproval]:
        return self.real.approvals(status, limit)

    def approval(self, number: str) -> ActionApproval:
        return self.real.approval(number)

    def decide(self, number: str, _approved: bool, _by: str, _note: str = "") -> ActionApproval:
        """Nothing is decided here."""
        return self.real.approval(number)

    def close(self) -> None:
        """The real one stays open."""


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
            rehearsal = Rehearsal(dialog, self.make(setup), self.history)
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
    lines: list[Said] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
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
        try:
            reply = await self.orchestrator.run(
                self.lines[-self.history :], self.serving, None, self._turn_context(asked)
            )
        except Stopped:
            raise
        except CallCenterError as error:
            return ReplayedAnswer(failure=error.code)
        self.turns.append(reply.turn)
        self.serving = reply.turn.agent
        return ReplayedAnswer(text=reply.text, turn=reply.turn)

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
