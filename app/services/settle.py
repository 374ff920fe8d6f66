"""How a person's yes or no to a waiting action is carried out, and how the customer hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog

from app.agents.approval import ApprovalFlow, Word
from app.agents.orchestrator import Orchestrator
from app.agents.tools.presenting import outcome_told
from app.core.backoffice import Approval, Outcome
from app.core.dialog import Dialog
from app.core.exceptions import DialogNotFound, StorageUnavailable
from app.core.models import Reply, ToolUse, Turn
from app.core.ports import BackOffice, DialogStore
from app.core.text import spoken_language
from app.services.cases import case_of
from app.services.gate import Gate
from app.services.witness import Witness

log = structlog.get_logger()
REJECTED = Outcome(status="refused", reason="rejected_by_person")


class Settle(Protocol):
    async def settle(self, number: str, approved: bool, by: str, note: str) -> Approval:
        """Once: the same word again answers as the first. Raises ApprovalNotFound or ApprovalDecided."""
        ...


@dataclass(frozen=True)
class Settlement:
    """`checkpoints` leads to where LangGraph keeps what waits; `history` is how many lines models see."""

    store: DialogStore
    gate: Gate
    orchestrator: Orchestrator
    office: BackOffice
    checkpoints: Callable[[], AbstractAsyncContextManager[Any]]
    clock: Callable[[], datetime]
    history: int = 20

    async def begin(self, turn: Turn) -> None:
        """What is lost here is made up for when the person decides."""
        for use in turn.tools:
            if use.status != "approval":
                continue
            try:
                await self._flow.wait(use.number)
            except StorageUnavailable as error:
                log.error("approval_not_kept", number=use.number, code=error.code)

    async def settle(self, number: str, approved: bool, by: str, note: str) -> Approval:
        """Carry out or drop it, and append what the customer is told of it; each of them once."""
        waiting = await asyncio.to_thread(self.office.approval, number)
        dialog = await self._dialog(waiting)
        if waiting.status != "pending" or dialog is None:
            waiting = await asyncio.to_thread(self.office.decide, number, approved, by, note)
        if dialog is None or dialog.has_told(number):
            return waiting
        decided, reply = await self._flow.resume(number, Word(approved=approved, by=by, note=note))
        await self._append(decided, reply)
        await self._flow.forget(number)
        return decided

    @property
    def _flow(self) -> ApprovalFlow:
        return ApprovalFlow(self.office, self.checkpoints, self._tell)

    async def _dialog(self, approval: Approval) -> Dialog | None:
        try:
            return await self.store.read(approval.visit.dialog_id)
        except DialogNotFound:
            return None

    async def _tell(self, approval: Approval) -> Reply:
        dialog = await self.store.read(approval.visit.dialog_id)
        asked = next(m for m in reversed(dialog.messages) if m.role == "customer")
        lines = dialog.lines(asked, self.history)
        language = spoken_language([line.content for line in lines if line.role == "customer"])
        agent = self.orchestrator.serving(approval.tool, dialog.assigned_agent)
        return await self.orchestrator.report(agent, lines, case_of(dialog, asked), _use(approval, language))

    async def _append(self, approval: Approval, reply: Reply) -> None:
        dialog_id = approval.visit.dialog_id
        async with self.gate.enter(dialog_id, limited=False), self.store.lock(dialog_id):
            dialog = await self.store.read(dialog_id)
            if dialog.has_told(approval.number):
                return
            dialog.tell(reply, approval.number, self.clock())
            await Witness(self.office).catch_up(dialog)
            await self.store.write(dialog)


def _use(approval: Approval, language: str) -> ToolUse:
    """The result as if the tool had just given it."""
    outcome = (approval.outcome if approval.status == "approved" else None) or REJECTED
    result = outcome_told(outcome, language)
    return ToolUse(
        name=approval.tool,
        arguments=approval.arguments,
        result=result.text,
        status=result.status,
        number=outcome.number or approval.number,
    )
