"""Events for effects in the back office; an effect persists even if its turn failed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from app.core.actions import BY_TOOL
from app.core.backoffice import Effect
from app.core.dialog import Dialog
from app.core.event_data import key_of
from app.core.exceptions import BackOfficeUnavailable
from app.core.ports import BackOffice
from app.core.threads import in_office
from app.services.dialogs.consents import note_confirmed

log = structlog.get_logger()


@dataclass(frozen=True)
class EffectEvents:
    """Without an `office` there are no effects. `behind`: dialogs whose last reading of the audit failed."""

    office: BackOffice | None = None
    behind: set[str] = field(default_factory=set, init=False)

    async def ready(self) -> None:
        """Open the records, which takes a while the first time, before a dialog is locked for them."""
        if self.office is not None:
            with suppress(BackOfficeUnavailable):
                await in_office(self.office.effects, "")

    async def catch_up(self, dialog: Dialog) -> None:
        """Add events for effects that have none yet. The caller holds the dialog's lock, and writes.

        Where the audit cannot be read, the dialog's next turn in this process or its close catches up.
        """
        if self.office is None:
            return
        try:
            new = await in_office(_new_effects, self.office, dialog)
        except BackOfficeUnavailable as error:
            log.warning("audit_not_read", dialog_id=dialog.dialog_id, code=error.code)
            self.behind.add(dialog.dialog_id)
            return
        self.behind.discard(dialog.dialog_id)
        for effect, subject in new:
            note_confirmed(dialog, effect)
            dialog.add_effect(effect, subject)


def _new_effects(office: BackOffice, dialog: Dialog) -> list[tuple[Effect, str]]:
    """With the ticket's subject, which the audit lacks. A refusal is no effect."""
    stood = [e for e in office.effects(dialog.dialog_id) if e.outcome.status != "refused"]
    new = [e for e in stood if key_of(e) not in dialog.told_effects]
    subjects: dict[str, str] = {}
    if any(_has_subject(e) for e in new):
        subjects = {ticket.number: ticket.subject for ticket in office.tickets(dialog.customer_id)}
    return [(e, subjects.get(e.outcome.number, "") if _has_subject(e) else "") for e in new]


def _has_subject(effect: Effect) -> bool:
    action = BY_TOOL.get(effect.tool)
    return action is not None and action.titled
