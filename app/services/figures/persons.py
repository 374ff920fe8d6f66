"""How long customers wait for a person, and how long a person then has the dialog."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from app.core.dialog import Dialog
from app.core.models import OPERATOR

Timed = tuple[datetime, float]


def waits(dialog: Dialog) -> Iterator[Timed]:
    """(when a person was wanted, seconds until a person's first line after it)."""
    lines = [m.timestamp for m in dialog.messages if m.agent_type == OPERATOR]
    wanted = [event.at for event in dialog.events if event.kind == "dialog.escalated"]
    for place, since in enumerate(wanted):
        until = wanted[place + 1] if place + 1 < len(wanted) else None
        came = next((at for at in lines if at >= since and (until is None or at < until)), None)
        if came:
            yield since, (came - since).total_seconds()


def handled(dialog: Dialog) -> Iterator[Timed]:
    """(a person's first line, seconds until handing back, closing, or the last line of that spell).

    When a person has opened the dialog to read it is not recorded, so this understates by the reading.
    """
    lines = [m.timestamp for m in dialog.messages if m.agent_type == OPERATOR]
    ends = sorted(note.at for note in dialog.notes)
    while lines:
        began = lines[0]
        back = next((at for at in ends if at >= began), None)
        spell = [at for at in lines if back is None or at <= back]
        yield began, ((back or _closed(dialog) or spell[-1]) - began).total_seconds()
        lines = lines[len(spell) :]


def _closed(dialog: Dialog) -> datetime | None:
    """Closing by the clock is nobody's work."""
    ours = dialog.closing and dialog.closing.reason != "timeout"
    return dialog.closing.at if dialog.closing and ours else None
