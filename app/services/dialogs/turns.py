"""One turn: store the customer's line, run the graph, store the answer and the response."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter

import structlog
from pydantic import BaseModel

from app.agents.orchestrator import Emit, Orchestrator
from app.agents.state import context_of
from app.core.clock import Clock, utcnow
from app.core.dialog import Dialog, Message, RequestRecord
from app.core.exceptions import CallCenterError
from app.core.models import Remembered
from app.core.ports import DialogStore
from app.core.proposals import LineVerdict
from app.core.spend import spending_for
from app.services.access.limits import charge_turn
from app.services.dialogs.admission import Request, RunningTurns, Stopped
from app.services.dialogs.approvals import ApprovalService
from app.services.dialogs.consents import Consents
from app.services.dialogs.effects import EffectEvents
from app.services.dialogs.memory import Recollection
from app.services.dialogs.settling import Settling
from app.telemetry.metrics import Metrics

log = structlog.get_logger()
View = Callable[[Dialog, Message | None, float], BaseModel]


@dataclass(frozen=True, slots=True)
class TurnResponse:
    """`replayed`: the body is the stored one of an earlier request with the same key."""

    body: dict[str, object]
    replayed: bool = False


@dataclass(frozen=True)
class Turns:
    """`history` is the number of lines that models see. The caller holds the dialog's lock."""

    store: DialogStore
    orchestrator: Orchestrator
    metrics: Metrics
    history: int = 20
    clock: Clock = utcnow
    effects: EffectEvents = field(default_factory=EffectEvents)
    memory: Recollection | None = None
    approvals: ApprovalService | None = None
    running: RunningTurns = field(default_factory=RunningTurns)
    consents: Consents = field(default_factory=Consents)

    async def receive(
        self,
        dialog: Dialog,
        text: str,
        request: Request | None,
        arrived: datetime | None = None,
        verdict: LineVerdict | None = None,
    ) -> Message:
        """Write the customer's line and its idempotency record before any model is called.

        Raises TooManyTurns or TooManyRequests, and nothing is written then.
        `arrived` is when it was sent: what waited while we asked a question does not answer it.
        """
        record = dialog.requests.get(request.key) if request else None
        if record and record.seq:
            return await self.resume(dialog, dialog.message(record.seq))
        charge_turn(dialog.customer_id, dialog.dialog_id)
        now = self.clock()
        asked = dialog.receive(text, now)
        if verdict is None:
            self.consents.hear(dialog, asked, arrived)
        else:
            asked.verdict, asked.state = verdict, "pending"
        if request:
            dialog.requests[request.key] = RequestRecord(
                operation=request.operation, body=request.body, at=now, seq=asked.seq
            )
        await self.store.write(dialog)
        return asked

    async def resume(self, dialog: Dialog, asked: Message) -> Message:
        """Resume an interrupted or failed turn. Actions that its tools have carried out are not repeated."""
        charge_turn(dialog.customer_id, dialog.dialog_id)
        dialog.resume(asked, self.clock())
        if is_by_button(asked):
            asked.state = "pending"
        await self.store.write(dialog)
        return asked

    def take_up(self, dialog: Dialog) -> Message | None:
        """After a handback the line that nobody has answered; it is charged already. The caller writes."""
        asked = find_untaken(dialog)
        if asked is not None:
            asked.state = "pending"
            self.consents.hear(dialog, asked)
        return asked

    async def run(
        self, dialog: Dialog, asked: Message, request: Request | None, emit: Emit | None, view: View
    ) -> TurnResponse:
        began = perf_counter()
        said = None
        if dialog.handler == "bot" or is_by_button(asked):
            said = await self._answer(dialog, asked, emit, began)
        outcome = TurnResponse(view(dialog, said, perf_counter() - began).model_dump(mode="json"))
        keep_response(dialog, request, outcome, self.clock())
        if said or request:
            await self.store.write(dialog)
        if said and said.turn and said.turn.waits and self.approvals:
            await self.approvals.begin(said.turn)
        return outcome

    async def _recall(self, dialog: Dialog) -> Remembered | None:
        return await self.memory.recall(dialog.customer_id) if self.memory else None

    async def _answer(self, dialog: Dialog, asked: Message, emit: Emit | None, began: float) -> Message:
        try:
            case = context_of(dialog, asked, await self._recall(dialog))
            lines = dialog.lines(asked, self.history)
            answer = Settling(self.orchestrator, self.consents).answer(dialog, asked, lines, case, emit)
            with spending_for(dialog.customer_id):
                reply = await self.running.run(dialog.dialog_id, answer)
        except CallCenterError as error:
            self.metrics.failure(error.code)
            tell = log.info if isinstance(error, Stopped) else log.error
            tell("turn_failed", dialog_id=dialog.dialog_id, code=error.code)
            asked.state = "failed"
            await self.effects.catch_up(dialog)  # which tools ran is lost with the turn
            await self.store.write(dialog)
            raise
        said = dialog.answer(asked, reply, self.clock(), perf_counter() - began)
        self.consents.follow(dialog, reply, said)
        if reply.turn.tools or dialog.dialog_id in self.effects.behind:
            await self.effects.catch_up(dialog)
        self.metrics.turn(reply.turn)
        _log_turn(dialog, said)
        return said


def find_untaken(dialog: Dialog) -> Message | None:
    """The customer's last line, if a person held the dialog then and nobody has answered it."""
    last = next((m for m in reversed(dialog.messages) if m.about is None), None)
    return last if last and last.role == "customer" and last.state == "done" else None


def is_by_button(asked: Message) -> bool:
    return asked.verdict is not None and asked.verdict.by_button


def find_stored(dialog: Dialog, request: Request | None) -> TurnResponse | None:
    record = dialog.requests.get(request.key) if request else None
    if request is None or record is None or not request.same(record) or record.response is None:
        return None
    return TurnResponse(record.response, replayed=True)


def keep_response(dialog: Dialog, request: Request | None, outcome: TurnResponse, now: datetime) -> None:
    if request is None:
        return
    record = dialog.requests.get(request.key) or RequestRecord(
        operation=request.operation, body=request.body, at=now
    )
    record.response = outcome.body
    dialog.requests[request.key] = record


def _log_turn(dialog: Dialog, said: Message) -> None:
    """Logs ids, decisions, times and tokens; no customer text."""
    assert said.turn is not None
    turn = said.turn
    log.info(
        "turn",
        dialog_id=dialog.dialog_id,
        seq=said.seq,
        agent=turn.agent,
        source=turn.decision.source,
        confidence=round(turn.decision.confidence, 3),
        hops=[f"{h.from_agent}>{h.to}" for h in turn.hops],
        model=turn.model,
        degraded=turn.degraded,
        tokens=turn.usage.total,
        seconds=round(turn.timings.get("total", 0.0), 3),
        **({"failure": why} if (why := turn.failure or turn.decision.failure) else {}),
    )
