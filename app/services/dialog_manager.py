"""The life of a dialog: create, message, close. A 2xx means that what it acknowledges is durable."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from uuid import uuid4

import structlog
from pydantic import BaseModel

from app.agents.orchestrator import Emit, Orchestrator
from app.agents.summary import Summarizer
from app.core.dialog import RECORD_LIFETIME, Closing, Dialog, Message, RequestRecord
from app.core.exceptions import CallCenterError, DialogClosed, DialogNotFound, RequestInProgress
from app.core.models import Summary
from app.core.ports import DialogQuery, DialogStore
from app.core.text import checked
from app.services.gate import Gate
from app.services.idempotency import Request, dialog_ids
from app.services.views import Answered, Closed, Created, DialogView, PageView, answer_of
from app.telemetry import Metrics

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A response body, and whether it is the stored one of an earlier request."""

    body: dict[str, object]
    replayed: bool = False


def utcnow() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class DialogManager:
    """`history` is how many lines models see; dialogs themselves are never cut."""

    store: DialogStore
    orchestrator: Orchestrator
    summarizer: Summarizer
    metrics: Metrics
    gate: Gate
    history: int = 20
    clock: Callable[[], datetime] = utcnow

    async def create(
        self, customer_id: str, text: str | None, request: Request | None = None, emit: Emit | None = None
    ) -> Outcome:
        """With a text, the first turn is answered at once."""
        checked(customer_id, 200)
        if text is not None:
            checked(text)
        async for dialog_id in self._free_ids(request):
            async with self._exclusive(dialog_id, request):
                known = await self._find(dialog_id)
                if known is not None and self._expired(known, request):
                    continue
                dialog = known or self._new(dialog_id, customer_id)
                return await self._create(dialog, text, request, emit)
        raise AssertionError("the ids never end")

    async def send(
        self, dialog_id: str, text: str, request: Request | None = None, emit: Emit | None = None
    ) -> Outcome:
        """Raises DialogNotFound, DialogClosed, DialogBusy, RoutingFailed, ProviderError, storage errors."""
        checked(text)
        await self.store.read(dialog_id)
        async with self._exclusive(dialog_id, request):
            dialog = await self.store.read(dialog_id)
            if replay := _stored(dialog, request):
                return replay
            asked = await self._receive(dialog, text, request)
            return await self._turn(dialog, asked, request, emit, _answered)

    async def view(self, dialog_id: str) -> DialogView:
        return DialogView.of(await self.store.read(dialog_id))

    async def find(self, query: DialogQuery) -> PageView:
        return PageView.of(await self.store.find(query))

    async def delete(self, dialog_id: str) -> None:
        async with self.store.lock(dialog_id):
            await self.store.delete(dialog_id)
        log.info("dialog_deleted", dialog_id=dialog_id)

    async def close(self, dialog_id: str, reason: str) -> Closed:
        """A second close answers as the first did."""
        checked(reason, 500)
        async with self.store.lock(dialog_id):
            dialog = await self.store.read(dialog_id)
            if dialog.closing is None:
                await self._close(dialog, reason)
            return _closed(dialog)

    async def close_idle(self, dialog_id: str, since: datetime) -> bool:
        """Close with reason `timeout` unless something has happened after `since`."""
        async with self.store.lock(dialog_id):
            dialog = await self.store.read(dialog_id)
            if dialog.status == "closed" or dialog.updated_at > since:
                return False
            await self._close(dialog, "timeout")
            return True

    async def heal(self, dialog_id: str) -> None:
        """A pending turn that nobody is working on was cut by a crash: mark it failed."""
        if await self.store.is_locked(dialog_id):
            return
        async with self.store.lock(dialog_id):
            dialog = await self.store.read(dialog_id)
            if dialog.give_up_pending(self.clock()):
                await self.store.write(dialog)
                log.warning("cut_turn_marked_failed", dialog_id=dialog_id)

    async def _free_ids(self, request: Request | None) -> AsyncIterator[str]:
        if request is None:
            yield str(uuid4())
            return
        for dialog_id in dialog_ids(await self.store.secret(), request.key):
            yield dialog_id

    @asynccontextmanager
    async def _exclusive(self, dialog_id: str, request: Request | None) -> AsyncIterator[None]:
        """In turn with all who write to this dialog; a repeat does not wait for its first."""
        if request and await self.store.is_locked(dialog_id):
            known = await self._find(dialog_id)
            record = known.requests.get(request.key) if known else None
            if record and request.same(record) and record.response is None:
                raise RequestInProgress
        async with self.gate.enter(dialog_id), self.store.lock(dialog_id):
            yield

    async def _find(self, dialog_id: str) -> Dialog | None:
        try:
            return await self.store.read(dialog_id)
        except DialogNotFound:
            return None

    def _expired(self, dialog: Dialog, request: Request | None) -> bool:
        record = dialog.requests.get(request.key) if request else None
        return record is None or self.clock() - record.at >= RECORD_LIFETIME

    def _new(self, dialog_id: str, customer_id: str) -> Dialog:
        now = self.clock()
        return Dialog(dialog_id=dialog_id, customer_id=customer_id, created_at=now, updated_at=now)

    async def _create(
        self, dialog: Dialog, text: str | None, request: Request | None, emit: Emit | None
    ) -> Outcome:
        if replay := _stored(dialog, request):
            return replay
        if text is None:
            outcome = Outcome(_created(dialog, None, 0.0).model_dump(mode="json"))
            _keep(dialog, request, outcome, self.clock())
            await self.store.write(dialog)
            return outcome
        asked = await self._receive(dialog, text, request)
        return await self._turn(dialog, asked, request, emit, _created)

    async def _receive(self, dialog: Dialog, text: str, request: Request | None) -> Message:
        """The customer's words and their record are on disk before any model is called."""
        record = dialog.requests.get(request.key) if request else None
        if record and record.seq:
            return await self._resume(dialog, dialog.message(record.seq))
        now = self.clock()
        dialog.forget_requests(now)
        asked = dialog.receive(text, now)
        if request:
            dialog.requests[request.key] = RequestRecord(
                operation=request.operation, body=request.body, at=now, seq=asked.seq
            )
        await self.store.write(dialog)
        return asked

    async def _resume(self, dialog: Dialog, asked: Message) -> Message:
        """A turn that was cut or has failed is taken up again, not asked twice."""
        if dialog.status == "closed":
            raise DialogClosed(dialog.dialog_id)
        dialog.give_up_pending(self.clock())
        asked.state = "pending"
        await self.store.write(dialog)
        return asked

    async def _turn(
        self, dialog: Dialog, asked: Message, request: Request | None, emit: Emit | None, view: _View
    ) -> Outcome:
        began = perf_counter()
        said = None
        if dialog.handler == "bot":
            said = await self._answer(dialog, asked, emit, began)
        outcome = Outcome(view(dialog, said, perf_counter() - began).model_dump(mode="json"))
        _keep(dialog, request, outcome, self.clock())
        if said or request:
            await self.store.write(dialog)
        return outcome

    async def _answer(self, dialog: Dialog, asked: Message, emit: Emit | None, began: float) -> Message:
        try:
            reply = await self.orchestrator.run(
                dialog.lines(asked, self.history), dialog.assigned_agent, emit
            )
        except CallCenterError as error:
            self.metrics.failure(error.code)
            log.error("turn_failed", dialog_id=dialog.dialog_id, code=error.code)
            asked.state = "failed"
            await self.store.write(dialog)
            raise
        said = dialog.answer(asked, reply, self.clock(), perf_counter() - began)
        self.metrics.turn(reply.turn)
        _log_turn(dialog, said)
        return said

    async def _close(self, dialog: Dialog, reason: str) -> None:
        now = self.clock()
        lines = dialog.lines(dialog.messages[-1], len(dialog.messages)) if dialog.messages else []
        summary = Summary(
            total_messages=len(dialog.messages),
            total_tokens=dialog.metadata.total_tokens,
            duration_minutes=round((now - dialog.created_at).total_seconds() / 60),
            resolution=await self.summarizer.resolution(lines),
        )
        dialog.close(Closing(reason=reason, at=now, summary=summary))
        await self.store.write(dialog)
        log.info("dialog_closed", dialog_id=dialog.dialog_id, reason=reason)


_View = Callable[[Dialog, Message | None, float], BaseModel]


def _stored(dialog: Dialog, request: Request | None) -> Outcome | None:
    record = dialog.requests.get(request.key) if request else None
    if request is None or record is None or not request.same(record) or record.response is None:
        return None
    return Outcome(record.response, replayed=True)


def _keep(dialog: Dialog, request: Request | None, outcome: Outcome, now: datetime) -> None:
    if request is None:
        return
    record = dialog.requests.get(request.key) or RequestRecord(
        operation=request.operation, body=request.body, at=now
    )
    record.response = outcome.body
    dialog.requests[request.key] = record


def _created(dialog: Dialog, said: Message | None, _seconds: float) -> Created:
    return Created(
        dialog_id=dialog.dialog_id,
        customer_id=dialog.customer_id,
        assigned_agent=dialog.assigned_agent,
        status=dialog.status,
        created_at=dialog.created_at,
        **answer_of(said),
    )


def _answered(dialog: Dialog, said: Message | None, seconds: float) -> Answered:
    return Answered(
        dialog_id=dialog.dialog_id,
        current_agent=dialog.assigned_agent,
        status=dialog.status,
        tokens_used=said.turn.usage.total if said and said.turn else 0,
        processing_time=round(seconds, 3),
        **answer_of(said),
    )


def _closed(dialog: Dialog) -> Closed:
    assert dialog.closing is not None
    end = dialog.closing
    return Closed(dialog_id=dialog.dialog_id, reason=end.reason, closed_at=end.at, summary=end.summary)


def _log_turn(dialog: Dialog, said: Message) -> None:
    """No customer text: ids, decisions, times and tokens."""
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
    )
