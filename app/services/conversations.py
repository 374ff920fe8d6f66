"""Plays conversations and batteries in applications of their own, through the services of the REST API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from app.core.actions import BY_TOOL, RefundPayment
from app.core.backoffice import ActionContext, Effect, Payment
from app.core.dialog import Dialog, Message
from app.core.exceptions import CallCenterError
from app.core.explanation import SUSPECTED
from app.core.ports import BackOffice
from app.core.proposals import Proposal
from app.core.threads import in_office
from app.evaluation.conversations.facts import STANDS, CustomerSnapshot
from app.evaluation.conversations.world import ConversationWorld, Deed, PlayedAnswer
from app.services.workbench import Workbench

CALLS = ("book_callback", "move_callback")
Build = Callable[[Path], Workbench]
"""Builds a workbench whose dialogs and records lie in the folder."""
Stage = Callable[[Path], None]
"""Puts the demo records into the folder, over those that are there."""


class NoBackOffice(CallCenterError):
    status = 409
    code = "no_back_office"

    def __init__(self) -> None:
        super().__init__("this call centre has no back office")


@dataclass
class BenchConversation:
    """One dialog of one customer; it begins with the first line, or as a copy of another one."""

    bench: Workbench
    customer: str
    clock: Callable[[], datetime]
    dialog_id: str = ""
    _seen: int = field(default=0, init=False)

    async def say(self, text: str) -> PlayedAnswer:
        dialogs = self.bench.dialogs
        if self.dialog_id:
            await dialogs.send(self.dialog_id, text)
        else:
            outcome = await dialogs.create(self.customer, text)
            self.dialog_id = str(outcome.body["dialog_id"])
        return await self._read_answer()

    async def look(self) -> CustomerSnapshot:
        dialog = await self._dialog()
        return await in_office(partial(_look, self._office, self.customer, dialog, self.clock()))

    async def fork(self) -> BenchConversation:
        """The same dialog under an id of its own: what is said in one is not heard in the other."""
        copy = (await self._dialog()).model_copy(update={"dialog_id": str(uuid4())}, deep=True)
        async with self.bench.dialogs.store.lock(copy.dialog_id):
            await self.bench.dialogs.store.write(copy)
        return BenchConversation(self.bench, self.customer, self.clock, copy.dialog_id)

    async def _read_answer(self) -> PlayedAnswer:
        dialog = await self._dialog()
        effects = await in_office(self._office.effects, self.dialog_id)
        fresh, self._seen = effects[self._seen :], len(effects)
        return _answer_of(dialog, fresh, effects)

    async def _dialog(self) -> Dialog:
        return await self.bench.dialogs.store.read(self.dialog_id)

    @property
    def _office(self) -> BackOffice:
        """Raises NoBackOffice."""
        office = self.bench.operators.office
        if office is None:
            raise NoBackOffice
        return office


@dataclass(frozen=True)
class PlayedApplication:
    """An application of its own, for any number of dialogs."""

    bench: Workbench
    folder: Path
    stage: Stage
    clock: Callable[[], datetime]

    def begin(self, customer: str) -> BenchConversation:
        return BenchConversation(self.bench, customer, self.clock)

    async def restore(self) -> None:
        """The demo records as they were; dialogs stay."""
        office = self.bench.operators.office
        if office is not None:
            await in_office(office.close)
        await in_office(self.stage, self.folder)


@dataclass(frozen=True)
class ConversationService:
    """`clock` is the one that the workbenches are built with."""

    build: Build
    stage: Stage
    clock: Callable[[], datetime]

    @asynccontextmanager
    async def world(self, customer: str) -> AsyncIterator[ConversationWorld]:
        async with self.rehearse() as rehearsal:
            yield rehearsal.begin(customer)

    @asynccontextmanager
    async def rehearse(self) -> AsyncIterator[PlayedApplication]:
        with TemporaryDirectory(prefix="conversation-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            await in_office(self.stage, folder)
            bench = await asyncio.to_thread(self.build, folder)
            await bench.start()
            try:
                yield PlayedApplication(bench, folder, self.stage, self.clock)
            finally:
                await bench.stop()


def _answer_of(dialog: Dialog, fresh: list[Effect], effects: list[Effect]) -> PlayedAnswer:
    last = max(message.seq for message in dialog.messages if message.role == "customer")
    told = [m for m in dialog.messages[last:] if m.role == "agent" and m.turn]
    proposal = open_proposal(dialog)
    return PlayedAnswer(
        text="\n\n".join(message.content for message in told),
        agent=dialog.assigned_agent or "",
        model=told[-1].turn.model if told and told[-1].turn else "",
        open=proposal.tool if proposal else None,
        question=f"{proposal.question.text}\n\n{proposal.question.brief}" if proposal else "",
        deeds=[_deed(effect, dialog) for effect in fresh if effect.outcome.status in STANDS],
        tried=[name for name in _tools(told) if name in BY_TOOL],
        reads=[name for name in _tools(told) if name not in BY_TOOL],
        citations=[name for message in told if message.turn for name in message.turn.citations],
        person=is_person_called(dialog, effects),
        suspected=any(m.turn.decision.reason == SUSPECTED for m in told if m.turn),
    )


def _tools(told: list[Message]) -> list[str]:
    return [use.name for message in told if message.turn for use in message.turn.tools]


def open_proposal(dialog: Dialog) -> Proposal | None:
    return next((p for p in reversed(dialog.proposals) if p.state == "open"), None)


def is_person_called(dialog: Dialog, effects: list[Effect]) -> bool:
    """The dialog waits for a person, or an approval or a call is made."""
    waits = any(effect.outcome.status == "approval" for effect in effects)
    calls = any(effect.tool in CALLS and effect.outcome.status == "done" for effect in effects)
    return dialog.escalated or waits or calls


def _deed(effect: Effect, dialog: Dialog) -> Deed:
    found = next((p for p in dialog.proposals if p.id == effect.proposal), None)
    confirmed = found is not None and _is_confirmed_by_line(found, effect, dialog)
    return Deed(
        tool=effect.tool,
        status=effect.outcome.status,
        number=effect.outcome.number,
        proposal=effect.proposal if confirmed else "",
    )


def _is_confirmed_by_line(proposal: Proposal, effect: Effect, dialog: Dialog) -> bool:
    """The customer's own line, just after our question, for the same act."""
    line = next((m for m in dialog.messages if m.seq == effect.seq), None)
    own = line is not None and line.role == "customer"
    return own and proposal.tool == effect.tool and proposal.decided == effect.seq


def _look(office: BackOffice, customer: str, dialog: Dialog, now: datetime) -> CustomerSnapshot:
    payments = office.payments(customer)
    return CustomerSnapshot(
        now=now,
        account=office.account(customer),
        payments=payments,
        orders=office.orders(customer),
        tickets=office.tickets(customer),
        calls=office.calls(customer),
        refund_due=_refund_due(office, customer, payments),
        effects=office.effects(dialog.dialog_id),
        proposals=dialog.proposals,
    )


def _refund_due(office: BackOffice, customer: str, payments: list[Payment]) -> int | None:
    """Whole roubles that the last payment of a plan would bring back, as the office itself says."""
    last = next((payment for payment in payments if payment.period), None)
    if last is None:
        return None
    origin = ActionContext(dialog_id="", seq=0, customer_id=customer)
    amount = office.propose(origin, RefundPayment(payment=last.number)).facts.get("amount_rub")
    return amount if isinstance(amount, int) else None
