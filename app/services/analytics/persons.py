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
    """(a person's taking over, seconds until handing back, closing, or the last line of that spell).

    Dialogs older than the record of takeovers begin with a person's first line. A spell that has neither
    an end nor a line says nothing yet.
    """
    lines = [m.timestamp for m in dialog.messages if m.agent_type == OPERATOR]
    taken = [event.at for event in dialog.events if event.kind == "dialog.taken_over"]
    ends = sorted(note.at for note in dialog.notes)
    signs = sorted([*taken, *lines])
    while signs:
        began = signs[0]
        back = next((at for at in ends if at >= began), None)
        spell = [at for at in signs if back is None or at <= back]
        until = back or _closed(dialog) or max((at for at in spell if at in lines), default=None)
        if until:
            yield began, (until - began).total_seconds()
        signs = signs[len(spell) :]


def _closed(dialog: Dialog) -> datetime | None:
    """Closing by the clock is nobody's work."""
    ours = dialog.closing and dialog.closing.reason != "timeout"
    return dialog.closing.at if dialog.closing and ours else None
