"""Operators in dialogs: take over, reply, hand back, decide on approvals. Customers' ratings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from app.core.audit import AuditLog, person, recorded
from app.core.dialog import Dialog, HandbackNote, Message, Rating
from app.core.exceptions import ApprovalNotFound, CallCenterError, TakenOver
from app.core.ports import BackOffice
from app.core.text import checked, is_blank
from app.core.threads import in_office
from app.services.dialogs.admission import Request
from app.services.dialogs.approvals import Settle
from app.services.dialogs.manager import DialogManager
from app.services.dialogs.turns import TurnResponse, find_stored, keep_response
from app.services.dialogs.views import answered
from app.services.operators.queue import Queue
from app.services.operators.summary import name_by_id
from app.services.operators.views import ApprovalsView, ApprovalView, Held, QueueView, Rated, Replied

log = structlog.get_logger()
NAME, REASON, NOTE, COMMENT = 100, 500, 4000, 2000
LISTED = 1000
CLOSED = "closed_by_operator"


class AgentUnknown(CallCenterError):
    status = 422
    code = "agent_unknown"

    def __init__(self, agents: tuple[str, ...]) -> None:
        super().__init__(f"Unknown agent; available agents: {', '.join(agents)}.")


@dataclass(frozen=True)
class OperatorService:
    """`agents` are the names of the roster. Without an `office` there are no approvals.

    `title_of` names an article by its id and a language.
    """

    dialogs: DialogManager
    agents: tuple[str, ...]
    office: BackOffice | None = None
    settle: Settle | None = None
    title_of: Callable[[str, str], str] = name_by_id
    audit: AuditLog | None = None

    async def take_over(self, dialog_id: str, operator: str, reason: str = "", force: bool = False) -> Held:
        """Waits for the running turn. Raises DialogNotFound, DialogClosed, TakenOver, storage errors."""
        checked(operator, NAME)
        if reason:
            checked(reason, REASON)
        async with self.dialogs.access.exclusive(dialog_id) as dialog:
            if dialog.take_over(operator, reason, self.dialogs.clock(), force):
                await self.dialogs.store.write(dialog)
                self.dialogs.metrics.taken_over()
                log.info("dialog_taken_over", dialog_id=dialog_id, forced=force)
            return Held.of(dialog)

    async def reply(
        self, dialog_id: str, operator: str, text: str, request: Request | None = None
    ) -> TurnResponse:
        """The line and its idempotency record are one write. Raises DialogNotFound, DialogClosed, NotHeld."""
        checked(operator, NAME)
        checked(text)
        async with self.dialogs.access.exclusive(dialog_id) as dialog:
            now = self.dialogs.clock()
            dialog.forget_requests(now)
            if replay := find_stored(dialog, request):
                return replay
            line = dialog.say(operator, text, now)
            outcome = TurnResponse(Replied.of(dialog, line).model_dump(mode="json"))
            keep_response(dialog, request, outcome, now)
            await self.dialogs.store.write(dialog)
            return outcome

    async def hand_back(self, dialog_id: str, operator: str, note: str, agent: str | None = None) -> Held:
        """Agents see the note from now on; a blank one is none. What the customer wrote last and nobody
        has answered is answered at once; if that fails the dialog is handed back all the same.

        Raises AgentUnknown, DialogClosed, NotHeld.
        """
        checked(operator, NAME)
        note = "" if is_blank(note) else checked(note, NOTE)
        if agent is not None and agent not in self.agents:
            raise AgentUnknown(self.agents)
        async with self.dialogs.access.exclusive(dialog_id) as dialog:
            dialog.hand_back(HandbackNote(by=operator, text=note, at=self.dialogs.clock()), agent)
            asked = self.dialogs.turns.take_up(dialog)
            await self.dialogs.store.write(dialog)
            log.info("dialog_handed_back", dialog_id=dialog_id, agent=dialog.assigned_agent)
            if asked is not None:
                await self._answer(dialog, asked)
            return Held.of(dialog)

    async def _answer(self, dialog: Dialog, asked: Message) -> None:
        try:
            await self.dialogs.turns.run(dialog, asked, None, None, answered)
        except CallCenterError as error:
            log.warning("handed_back_unanswered", dialog_id=dialog.dialog_id, code=error.code)

    async def close(self, dialog_id: str, operator: str) -> Held:
        """Idempotent. Raises DialogNotFound, TakenOver, storage errors."""
        checked(operator, NAME)
        async with self.dialogs.access.exclusive(dialog_id) as dialog:
            if dialog.operator not in (None, operator):
                raise TakenOver(dialog_id)
            if dialog.closing is None:
                await self.dialogs.finish(dialog, CLOSED, operator)
            return Held.of(dialog)

    async def rate(self, dialog_id: str, score: int, comment: str = "") -> Rated:
        """Works in closed dialogs; does not move the dialog in lists."""
        if comment:
            checked(comment, COMMENT)
        async with self.dialogs.access.exclusive(dialog_id) as dialog:
            rating = Rating(score=score, comment=comment, at=self.dialogs.clock())
            dialog.rate(rating)
            await self.dialogs.store.write(dialog)
            self.dialogs.metrics.rated(score)
            return Rated(dialog_id=dialog_id, rating=rating)

    async def queue(self, limit: int, cursor: str | None = None, reader: str | None = None) -> QueueView:
        return await self._queue.page(limit, cursor, reader)

    async def look_after_queue(self) -> bool:
        """Recompute what changes with time alone; True if more remains to be done."""
        return await self._queue.look_after()

    @property
    def _queue(self) -> Queue:
        return Queue(self.dialogs.store, self.office, self.dialogs.clock, self.title_of)

    async def approvals(self, status: str | None = "pending") -> ApprovalsView:
        """The latest LISTED; of any status if `status` is None."""
        found = await in_office(self.office.approvals, status, LISTED) if self.office else []
        return ApprovalsView(approvals=[ApprovalView.of(approval) for approval in found])

    async def approval(self, number: str) -> ApprovalView:
        if self.office is None:
            raise ApprovalNotFound(number)
        return ApprovalView.of(await in_office(self.office.approval, number))

    async def decide(self, number: str, approved: bool, by: str, note: str = "") -> ApprovalView:
        """Raises ApprovalNotFound or ApprovalDecided."""
        checked(by, NAME)
        if note:
            checked(note, NOTE)
        if self.settle is None:
            raise ApprovalNotFound(number)
        what = "approval.approved" if approved else "approval.rejected"
        async with recorded(self.audit, what, number, person(by)):
            decided = await self.settle.settle(number, approved, by, note)
        log.info("approval_settled", number=number, status=decided.status)
        return ApprovalView.of(decided)
