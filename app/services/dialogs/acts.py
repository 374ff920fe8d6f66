"""What people, agents and customers did in a dialog since it was read, as the audit log names it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from app.core.audit import ACTOR, Act, person
from app.core.dialog import Dialog, Message
from app.core.events import Event


class RecordedPart(NamedTuple):
    """How far a dialog is recorded."""

    events: int = 0
    notes: int = 0
    lines: int = 0


def mark_of(dialog: Dialog) -> RecordedPart:
    return RecordedPart(len(dialog.events), len(dialog.notes), len(dialog.messages))


def acts_since(dialog: Dialog, mark: RecordedPart) -> Iterator[Act]:
    for line in dialog.messages[mark.lines :]:
        if line.by:
            yield Act(person(line.by), "dialog.replied", _place(dialog, line))
    for note in dialog.notes[mark.notes :]:
        yield Act(person(note.by), "dialog.handed_back", dialog.dialog_id)
    for event in dialog.events[mark.events :]:
        number = event.data.get("number")
        yield Act(_who(dialog, event), event.kind, f"{event.id} {number}" if number else event.id)


def _who(dialog: Dialog, event: Event) -> str:
    by = event.data.get("by")
    if event.kind == "dialog.closed" and dialog.closing:
        by = dialog.closing.by
        if not by and dialog.closing.reason == "timeout":
            return "service"
    if by:
        return person(str(by))
    if event.kind in CUSTOMERS or event.kind.startswith("proposal."):
        return ACTOR.get() or "customer"
    return f"agent {event.data.get('agent') or 'router'}"


CUSTOMERS = ("dialog.opened", "dialog.rated", "dialog.closed")


def _place(dialog: Dialog, line: Message) -> str:
    return f"{dialog.dialog_id}#{line.seq}"
