"""Retry, edit and undo: a dialog is never truncated, a branch continues from before the changed line.

The branch is on disk before the old dialog is closed, so a crash in between leaves both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import structlog

from app.agents.orchestrator import Emit
from app.core.dialog import Closing, Dialog, Message
from app.core.exceptions import CallCenterError, DialogClosed
from app.core.models import Fork, Summary
from app.core.ports import BackOffice
from app.core.text import checked
from app.core.threads import in_office
from app.services.dialogs.consents import proposals_before
from app.services.dialogs.manager import DialogManager
from app.services.dialogs.views import DialogView, answered

log = structlog.get_logger()
SUPERSEDED = "superseded"
BINDING = ("done", "approval")
WHY = {
    "turn_acted": "This turn changed the company's records; it cannot be undone or repeated.",
    "decision_awaited": "An action of this dialog is pending approval; wait for the decision.",
    "person_serves": "An operator holds this dialog; lines can only be added.",
    "not_a_customer_line": "Only a customer's line can be repeated, edited or undone.",
}


class NotRepeatable(CallCenterError):
    """`code` is a key of WHY."""

    status = 409

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(WHY[code])


@dataclass(frozen=True)
class Branching:
    """`seq` is always the number of a customer line."""

    dialogs: DialogManager
    office: BackOffice | None = None

    async def retry(self, dialog_id: str, seq: int) -> str:
        """The id of the dialog in which the line waits for an answer: this one if its last line failed."""
        async with self.dialogs.access.exclusive(dialog_id) as dialog:
            asked = _customer_line(dialog, seq)
            if asked.state != "done" and seq == len(dialog.messages):
                _expect_bot(dialog)
                return dialog_id
            return await self._branch(dialog, seq, asked.content)

    async def edit(self, dialog_id: str, seq: int, text: str) -> str:
        """As `retry` with another text; always a branch."""
        checked(text)
        async with self.dialogs.access.exclusive(dialog_id) as dialog:
            return await self._branch(dialog, seq, text)

    async def undo(self, dialog_id: str, seq: int) -> str:
        """A branch without the line and everything after it."""
        async with self.dialogs.access.exclusive(dialog_id) as dialog:
            return await self._branch(dialog, seq, None)

    async def answer(self, dialog_id: str, seq: int, emit: Emit | None = None) -> DialogView:
        """Run the turn that `retry` and `edit` leave to be answered."""
        async with self.dialogs.access.exclusive(dialog_id, limited=True) as dialog:
            asked = _customer_line(dialog, seq)
            await self.dialogs.turns.resume(dialog, asked)
            await self.dialogs.turns.run(dialog, asked, None, emit, answered)
            return DialogView.of(dialog, self.dialogs.clock())

    async def check(self, dialog_id: str, seq: int) -> None:
        """Whether the line may be changed. Raises NotRepeatable, DialogClosed or BackOfficeUnavailable."""
        await self._expect_changeable(await self.dialogs.store.read(dialog_id), seq)

    async def _branch(self, dialog: Dialog, seq: int, text: str | None) -> str:
        """The caller holds the lock of `dialog`."""
        await self._expect_changeable(dialog, seq)
        now = self.dialogs.clock()
        branch = fork(dialog, seq, now)
        if text is not None:
            self.dialogs.turns.consents.hear(branch, branch.receive(text, now))
        async with self.dialogs.store.lock(branch.dialog_id):
            await self.dialogs.store.write(branch)
        await self.dialogs.access.effects.catch_up(dialog)
        dialog.close(_superseded(dialog, now))
        await self.dialogs.store.write(dialog)
        log.info("dialog_branched", dialog_id=dialog.dialog_id, branch=branch.dialog_id, seq=seq)
        return branch.dialog_id

    async def _expect_changeable(self, dialog: Dialog, seq: int) -> None:
        """A failed turn may have acted too, so the audit is asked."""
        _customer_line(dialog, seq)
        _expect_bot(dialog)
        later = dialog.messages[seq - 1 :]
        if any(use.status in BINDING for m in later if m.turn for use in m.turn.tools):
            raise NotRepeatable("turn_acted")
        waiting = [use for m in dialog.messages[: seq - 1] if m.turn for use in m.turn.tools]
        if any(use.status == "approval" and not dialog.has_reported(use.number) for use in waiting):
            raise NotRepeatable("decision_awaited")
        if self.office is None:
            return
        effects = await in_office(self.office.effects, dialog.dialog_id)
        if any(e.seq >= seq and e.outcome.status in BINDING for e in effects):
            raise NotRepeatable("turn_acted")


def fork(dialog: Dialog, seq: int, now: datetime) -> Dialog:
    """An open dialog with copies of the lines before `seq`. Token counts stay with the old one."""
    before = [m.model_copy(update={"id": str(uuid4())}, deep=True) for m in dialog.messages[: seq - 1]]
    since = dialog.message(seq).timestamp
    escalation = dialog.escalation if dialog.escalation and dialog.escalation.since < since else None
    branch = Dialog(
        dialog_id=str(uuid4()),
        customer_id=dialog.customer_id,
        assigned_agent=next((m.turn.agent for m in reversed(before) if m.turn), None),
        created_at=now,
        updated_at=now,
        messages=before,
        notes=[note for note in dialog.notes if note.at < since],
        escalation=escalation,
        forked_from=Fork(dialog_id=dialog.dialog_id, seq=seq),
        proposals=proposals_before(dialog, seq),
    )
    branch.add_event("dialog.opened", {}, now)
    return branch


def _superseded(dialog: Dialog, now: datetime) -> Closing:
    minutes = round((now - dialog.created_at).total_seconds() / 60)
    summary = Summary(
        total_messages=len(dialog.messages),
        total_tokens=dialog.metadata.total_tokens,
        duration_minutes=minutes,
        resolution=SUPERSEDED,
    )
    return Closing(reason=SUPERSEDED, at=now, summary=summary)


def _customer_line(dialog: Dialog, seq: int) -> Message:
    if not 1 <= seq <= len(dialog.messages) or dialog.message(seq).role != "customer":
        raise NotRepeatable("not_a_customer_line")
    return dialog.message(seq)


def _expect_bot(dialog: Dialog) -> None:
    """Raises DialogClosed, or NotRepeatable while a person serves."""
    if dialog.status == "closed":
        raise DialogClosed(dialog.dialog_id)
    if dialog.handler == "person":
        raise NotRepeatable("person_serves")
