"""The life cycle of a dialog: create, message, close. What a 2xx acknowledges is durable."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import structlog

from app.agents.orchestrator import Emit, Orchestrator
from app.agents.summary import Summarizer
from app.core.dialog import RECORD_LIFETIME, Closing, Dialog
from app.core.exceptions import DialogBusy, DialogNotFound, DialogQuarantined, RequestInProgress
from app.core.models import Summary
from app.core.ports import DialogQuery, DialogStore
from app.core.spend import spending_for
from app.core.text import checked
from app.services.access.limits import charge_opening
from app.services.dialogs.admission import DialogAccess, Request, dialog_ids
from app.services.dialogs.turns import TurnResponse, Turns, find_stored, keep_response
from app.services.dialogs.views import Closed, DialogView, PageView, answered, created
from app.telemetry.metrics import Metrics

log = structlog.get_logger()


@dataclass(frozen=True)
class DialogManager:
    """Dialogs are never truncated; `turns` decides what models see of them.

    `forget` deletes what is stored of a dialog elsewhere; it is called before the dialog is deleted.
    """

    access: DialogAccess
    turns: Turns
    summarizer: Summarizer
    forget: Callable[[str], Awaitable[None]] | None = None

    @property
    def store(self) -> DialogStore:
        return self.access.store

    @property
    def clock(self) -> Callable[[], datetime]:
        return self.turns.clock

    @property
    def metrics(self) -> Metrics:
        return self.turns.metrics

    @property
    def orchestrator(self) -> Orchestrator:
        return self.turns.orchestrator

    @property
    def draining(self) -> bool:
        """The service shuts down: no new turn is admitted."""
        return self.access.admission.draining

    def refuse_new(self) -> None:
        self.access.admission.draining = True

    async def drain(self, grace: float) -> bool:
        """Admit no new turn and wait up to `grace` seconds for those that run; True when all have ended."""
        return await self.access.admission.drain(grace)

    def stop(self, dialog_id: str) -> bool:
        """Stop the turn that runs now; False where none runs in this process."""
        return self.turns.running.stop(dialog_id)

    def is_running(self, dialog_id: str) -> bool:
        return self.turns.running.runs(dialog_id)

    async def create(
        self, customer_id: str, text: str | None, request: Request | None = None, emit: Emit | None = None
    ) -> TurnResponse:
        """With a text, the first turn is answered before it returns."""
        checked(customer_id, 200)
        if text is not None:
            checked(text)
        async for dialog_id in self._free_ids(request):
            await self._expect_no_twin(dialog_id, request)
            async with self.access.creating(dialog_id) as known:
                if known is not None and self._is_expired(known, request):
                    continue
                if known is None:
                    charge_opening()
                dialog = known or self._new(dialog_id, customer_id)
                return await self._create(dialog, text, request, emit)
        raise AssertionError("the ids never end")

    async def send(
        self, dialog_id: str, text: str, request: Request | None = None, emit: Emit | None = None
    ) -> TurnResponse:
        """Raises DialogNotFound, DialogClosed, DialogBusy, RoutingFailed, ProviderError, storage errors."""
        checked(text)
        arrived = self.clock()
        await self._expect_no_twin(dialog_id, request)
        async with self.access.exclusive(dialog_id, limited=True) as dialog:
            dialog.forget_requests(self.clock())
            if replay := find_stored(dialog, request):
                return replay
            asked = await self.turns.receive(dialog, text, request, arrived)
            return await self.turns.run(dialog, asked, request, emit, answered)

    async def converse(self, dialog_id: str, text: str, emit: Emit | None = None) -> DialogView:
        """As `send`, but with the whole dialog as it stands after the turn."""
        checked(text)
        arrived = self.clock()
        async with self.access.exclusive(dialog_id, limited=True) as dialog:
            asked = await self.turns.receive(dialog, text, None, arrived)
            await self.turns.run(dialog, asked, None, emit, answered)
            return DialogView.of(dialog, self.clock())

    async def view(self, dialog_id: str) -> DialogView:
        return DialogView.of(await self.store.read(dialog_id), self.clock())

    async def find(self, query: DialogQuery) -> PageView:
        return PageView.of(await self.store.find(query))

    async def delete(
        self,
        dialog_id: str,
        owner: str | None = None,
        before: datetime | None = None,
        records: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        """`records` forgets what else is kept of it. Raises DialogNotFound, also for one that is not the
        `owner`'s, or DialogBusy for one that has changed since `before`, where that is given."""
        async with self.store.lock(dialog_id):
            with suppress(DialogQuarantined):
                dialog = await self.store.read(dialog_id)
                if owner not in (None, dialog.customer_id):
                    raise DialogNotFound(dialog_id)
                if before and dialog.updated_at >= before:
                    raise DialogBusy(dialog_id)
                if self.turns.memory:
                    await self.turns.memory.forget(dialog)
            if records:
                await records(dialog_id)
            if self.forget:
                await self.forget(dialog_id)
            await self.store.delete(dialog_id)
        log.info("dialog_deleted", dialog_id=dialog_id)

    async def close(self, dialog_id: str, reason: str) -> Closed:
        """Idempotent: a second close returns the first result."""
        checked(reason, 500)
        async with self.access.lock_and_read(dialog_id) as dialog:
            if dialog.closing is None:
                await self.finish(dialog, reason)
            return _closed_view(dialog)

    async def close_idle(self, dialog_id: str, since: datetime) -> bool:
        """Close with reason `timeout` unless it changed after `since` or an operator holds it."""
        async with self.access.lock_and_read(dialog_id) as dialog:
            if dialog.status == "closed" or dialog.handler == "person" or dialog.updated_at > since:
                return False
            await self.finish(dialog, "timeout")
            return True

    async def finish(self, dialog: Dialog, reason: str, by: str | None = None) -> None:
        """Close it and write it; the caller holds the dialog's lock."""
        now = self.clock()
        lines = dialog.lines(dialog.messages[-1], len(dialog.messages)) if dialog.messages else []
        with spending_for(dialog.customer_id):
            resolution = await self.summarizer.resolution(lines)
        summary = Summary(
            total_messages=len(dialog.messages),
            total_tokens=dialog.metadata.total_tokens,
            duration_minutes=round((now - dialog.created_at).total_seconds() / 60),
            resolution=resolution,
        )
        await self.access.effects.catch_up(dialog)
        self.turns.consents.end(dialog)
        dialog.close(Closing(reason=reason, at=now, summary=summary, by=by))
        await self.store.write(dialog)
        if self.turns.memory:
            await self.turns.memory.keep(dialog)
        log.info("dialog_closed", dialog_id=dialog.dialog_id, reason=reason)

    async def heal_all(self) -> None:
        """Recover interrupted turns, and answers to decided approvals that a crash prevented."""
        cut = await self.store.unfinished()
        if cut:
            await self.access.effects.ready()
        for dialog_id in cut:
            await self.heal(dialog_id)
        if self.turns.approvals:
            await self.turns.approvals.catch_up()

    async def heal(self, dialog_id: str) -> None:
        """Mark a pending turn that nothing runs as failed: a crash interrupted it."""
        if await self.store.is_locked(dialog_id):
            return
        async with self.access.lock_and_read(dialog_id) as dialog:
            if dialog.give_up_pending(self.clock()):
                await self.store.write(dialog)
                log.warning("interrupted_turn_failed", dialog_id=dialog_id)

    async def _free_ids(self, request: Request | None) -> AsyncIterator[str]:
        if request is None:
            yield str(uuid4())
            return
        for dialog_id in dialog_ids(await self.store.secret(), request.key):
            yield dialog_id

    async def _expect_no_twin(self, dialog_id: str, request: Request | None) -> None:
        """Raises RequestInProgress while the first request with this key runs, instead of waiting for it."""
        if request and await self.store.is_locked(dialog_id):
            known = await self._find(dialog_id)
            record = known.requests.get(request.key) if known else None
            if record and request.same(record) and record.response is None:
                raise RequestInProgress

    async def _find(self, dialog_id: str) -> Dialog | None:
        try:
            return await self.store.read(dialog_id)
        except DialogNotFound:
            return None

    def _is_expired(self, dialog: Dialog, request: Request | None) -> bool:
        record = dialog.requests.get(request.key) if request else None
        return record is None or self.clock() - record.at >= RECORD_LIFETIME

    def _new(self, dialog_id: str, customer_id: str) -> Dialog:
        now = self.clock()
        dialog = Dialog(dialog_id=dialog_id, customer_id=customer_id, created_at=now, updated_at=now)
        dialog.add_event("dialog.opened", {}, now)
        return dialog

    async def _create(
        self, dialog: Dialog, text: str | None, request: Request | None, emit: Emit | None
    ) -> TurnResponse:
        if replay := find_stored(dialog, request):
            return replay
        if text is None:
            outcome = TurnResponse(created(dialog, None, 0.0).model_dump(mode="json"))
            keep_response(dialog, request, outcome, self.clock())
            await self.store.write(dialog)
            return outcome
        asked = await self.turns.receive(dialog, text, request)
        return await self.turns.run(dialog, asked, request, emit, created)


def _closed_view(dialog: Dialog) -> Closed:
    assert dialog.closing is not None
    end = dialog.closing
    return Closed(dialog_id=dialog.dialog_id, reason=end.reason, closed_at=end.at, summary=end.summary)
