"""Rows, text matches and cursors of dialog lists, the same for every backend."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.core.cursors import decode_cursor, encode_cursor
from app.core.dialog import Dialog
from app.core.exceptions import CursorInvalid
from app.core.ports import DialogRow
from app.core.text import clean, composed, without_yo

MESSAGE_LENGTH = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MICROS_LIMIT = 1 << 62


def is_dialog_id(text: str) -> bool:
    """True for a lower-case UUID4 in its usual form, and for nothing else."""
    try:
        parsed = UUID(text) if len(text) == 36 else None
    except ValueError:
        return False
    return parsed is not None and parsed.version == 4 and str(parsed) == text


def row_of(dialog: Dialog) -> DialogRow:
    """`last_message` and `subject` are cut to 200 characters."""
    subject = next((m.content for m in dialog.messages if m.role == "customer"), "")
    return DialogRow(
        dialog_id=dialog.dialog_id,
        customer_id=dialog.customer_id,
        status=dialog.status,
        assigned_agent=dialog.assigned_agent,
        created_at=dialog.created_at,
        updated_at=dialog.updated_at,
        message_count=len(dialog.messages),
        last_message=dialog.messages[-1].content[:MESSAGE_LENGTH] if dialog.messages else "",
        handler=dialog.handler,
        escalated=dialog.escalated,
        subject=subject[:MESSAGE_LENGTH],
    )


def searched_text(dialog: Dialog) -> str:
    """Ids and lines, one a row, folded as `needle` folds a query: a match is a plain substring."""
    lines = [dialog.dialog_id, dialog.customer_id, *(m.content for m in dialog.messages)]
    return "\n".join(map(needle, lines))


def needle(text: str) -> str:
    """Copy to compare by: NFC, without invisible characters, caseless, spaces folded, ё as е."""
    plain = composed(text) if text.isprintable() else clean(text)
    return without_yo(" ".join(plain.split()).casefold())


def micros(moment: datetime) -> int:
    """Microseconds since 1970 in UTC, exact."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(microseconds: int) -> datetime:
    return _EPOCH + microseconds * _MICROSECOND


def cursor_after(row: DialogRow) -> str:
    """Opaque to clients: the change time and id of the last row of a page."""
    return encode_cursor(json.dumps([micros(row.updated_at), row.dialog_id], separators=(",", ":")))


def place_of(cursor: str) -> tuple[int, str]:
    """Raises CursorInvalid for anything that `cursor_after` did not make."""
    try:
        place = json.loads(decode_cursor(cursor))
    except (ValueError, RecursionError):
        raise CursorInvalid from None
    match place:
        case [int(changed), str(dialog_id)] if abs(changed) < _MICROS_LIMIT and is_dialog_id(dialog_id):
            return changed, dialog_id
    raise CursorInvalid
