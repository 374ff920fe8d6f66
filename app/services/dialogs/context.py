"""What a turn is told besides the lines, read from the dialog."""

from __future__ import annotations

from app.core.backoffice import ActionContext
from app.core.dialog import Dialog, Message
from app.core.models import Remembered, TurnContext


def case_of(dialog: Dialog, asked: Message, memory: Remembered | None = None) -> TurnContext:
    """Who asks comes from the dialog alone: tools trust nothing that a model says of it."""
    turns = [m.turn for m in dialog.messages[: asked.seq] if m.turn]
    return TurnContext(
        visit=ActionContext(dialog_id=dialog.dialog_id, seq=asked.seq, customer_id=dialog.customer_id),
        notes=[note.text for note in dialog.notes],
        memory=memory,
        used=[use for turn in turns for use in turn.tools],
        cited=list(dict.fromkeys(name for turn in turns for name in turn.citations)),
        transferred=any(turn.hops for turn in turns),
    )
