"""Decisions on actions that wait for an operator: carried out once, and reported to the customer once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog

from app.agents.approval import ApprovalFlow, PersonDecision
from app.agents.orchestrator import Orchestrator
from app.agents.state import context_of
from app.agents.tools.presentation import render_outcome
from app.core.backoffice import ActionApproval, Outcome
from app.core.cleaned_text import spoken_language
from app.core.dialog import Dialog
from app.core.exceptions import (
    ApprovalNotFound,
    CallCenterError,
    DialogNotFound,
    DialogQuarantined,
    StorageUnavailable,
)
from app.core.models import Reply, ToolUse, Turn
from app.core.ports import BackOffice
from app.core.threads import in_office
from app.services.dialogs.admission import DialogAccess

log = structlog.get_logger()
REJECTED = Outcome(status="refused", reason="rejected")


class Settle(Protocol):
    async def settle(self, number: str, approved: bool, by: str, note: str) -> ActionApproval:
        """Idempotent: a repeat returns the first result. Raises ApprovalNotFound or ApprovalDecided."""
        ...


@dataclass(frozen=True)
class ApprovalService:
    """`checkpoints` opens LangGraph's store of waiting approvals; `history` is how many lines models see.

    `begun` is false as long as no approval has ever waited.
    """

    access: DialogAccess
    orchestrator: Orchestrator
    office: BackOffice
    checkpoints: Callable[[], AbstractAsyncContextManager[Any]]
    clock: Callable[[], datetime]
    history: int = 20
    begun: Callable[[], bool] = lambda: True

    async def begin(self, turn: Turn) -> None:
        """Start waiting. If that fails, `settle` still works: the approval is a row of the back office."""
        for number in turn.waits:
            try:
                await self._flow.wait(number)
            except StorageUnavailable as error:
                log.error("approval_checkpoint_not_written", number=number, code=error.code)

    async def settle(self, number: str, approved: bool, by: str, note: str) -> ActionApproval:
        """Carry out or drop the action and append the answer to the customer, each once.

        There is no answer if the dialog is gone, unreadable, or has no customer line.
        """
        waiting = await in_office(self.office.approval, number)
        word = PersonDecision(approved=approved, by=by, note=note)
        try:
            async with self.access.exclusive(waiting.origin.dialog_id) as dialog:
                return await self._settle(dialog, waiting.number, word)
        except (DialogNotFound, DialogQuarantined):
            decided = await self._decide(waiting.number, word)
            await self._forget(waiting.number)
            return decided

    async def catch_up(self) -> None:
        """Answer what was decided just before a crash. Tries every approval, then raises the last failure."""
        if not await asyncio.to_thread(self.begun):
            return
        failed: CallCenterError | None = None
        for number in await self._flow.list_waiting():
            try:
                await self._make_up_for(number)
            except CallCenterError as error:
                log.warning("approval_not_reported", number=number, code=error.code)
                failed = error
        if failed:
            raise failed

    async def _make_up_for(self, number: str) -> None:
        try:
            found = await in_office(self.office.approval, number)
        except ApprovalNotFound:
            await self._forget(number)
            return
        if found.status != "pending":
            await self.settle(number, found.status == "approved", found.decided_by or "", found.note)

    async def _settle(self, dialog: Dialog, number: str, word: PersonDecision) -> ActionApproval:
        """The caller holds the dialog's lock."""
        known = await in_office(self.office.approval, number)
        silent = all(m.role != "customer" for m in dialog.messages)
        if known.status != "pending" or silent:
            known = await self._decide(number, word)
        if not dialog.has_reported(number) and not silent:
            known, reply = await self._flow.resume(number, word, known.status == "pending")
            await self._append(dialog, known, reply)
        await self._forget(number)
        return known

    async def _forget(self, number: str) -> None:
        """A checkpoint that stays behind is harmless."""
        try:
            await self._flow.forget(number)
        except StorageUnavailable as error:
            log.warning("approval_checkpoint_not_deleted", number=number, code=error.code)

    async def _decide(self, number: str, word: PersonDecision) -> ActionApproval:
        decide = self.office.decide
        return await in_office(decide, number, word["approved"], word["by"], word["note"])

    @property
    def _flow(self) -> ApprovalFlow:
        return ApprovalFlow(self.office, self.checkpoints, self._tell)

    async def _tell(self, approval: ActionApproval) -> Reply:
        dialog = await self.access.store.read(approval.origin.dialog_id)
        asked = next(m for m in reversed(dialog.messages) if m.role == "customer")
        lines = dialog.lines(asked, self.history)
        said = [line.content for line in lines if line.role == "customer"]
        language = spoken_language(said, "", self.orchestrator.cleaner)
        agent = self.orchestrator.serving(approval.tool, dialog.assigned_agent)
        return await self.orchestrator.report(
            agent, lines, context_of(dialog, asked), _use(approval, language)
        )

    async def _append(self, dialog: Dialog, approval: ActionApproval, reply: Reply) -> None:
        dialog.report(reply, approval.number, self.clock())
        await self.access.effects.catch_up(dialog)
        await self.access.store.write(dialog)


def _use(approval: ActionApproval, language: str) -> ToolUse:
    """The outcome as a tool result."""
    outcome = approval.outcome or REJECTED
    result = render_outcome(outcome, language)
    return ToolUse(
        name=approval.tool,
        arguments=approval.arguments,
        result=result.text,
        status=result.status,
        number=outcome.number or approval.number,
    )
