"""Audit lines. The line of an act is also its kept outcome: one row, so the two cannot disagree."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from app.adapters.backoffice.numbers import as_number
from app.adapters.backoffice.outcomes import from_json, to_json
from app.adapters.backoffice.tables import effects
from app.core.actions import Action
from app.core.backoffice import Effect, Outcome, Visit

FREE_TEXT = {"subject", "details", "note", "tried", "reason", "phone"}
NUMBERS = {"ticket", "order", "payment", "incident"}


def kept(connection: Connection, visit: Visit, tool: str) -> Outcome | None:
    same = select(effects.c.outcome).where(
        effects.c.dialog_id == visit.dialog_id,
        effects.c.seq == visit.seq,
        effects.c.tool == tool,
        effects.c.customer_id == visit.customer_id,
        effects.c.decided_by.is_(None),
    )
    stored = connection.scalar(same)
    return None if stored is None else from_json(stored)


def write(
    connection: Connection,
    visit: Visit,
    tool: str,
    action: Action,
    outcome: Outcome,
    at: datetime,
    by: str | None = None,
) -> None:
    values = {
        **visit.model_dump(exclude={"language"}),
        "tool": tool,
        "at": at,
        "arguments": arguments_of(action),
        "outcome": to_json(outcome),
        "decided_by": by,
    }
    connection.execute(insert(effects).values(values))


def arguments_of(action: Action) -> dict[str, object]:
    """Without what people wrote; a number that is none could be such a text as well."""
    given = action.model_dump(mode="json", exclude=FREE_TEXT, exclude_none=True)
    return {name: as_number(value) if name in NUMBERS else value for name, value in given.items()}


def read(connection: Connection, dialog_id: str, seq: int | None) -> list[Effect]:
    lines = select(effects).where(effects.c.dialog_id == dialog_id).order_by(effects.c.id)
    if seq is not None:
        lines = lines.where(effects.c.seq == seq)
    return [_effect(row) for row in connection.execute(lines)]


def _effect(row: Row[Any]) -> Effect:
    return Effect.model_validate({**row._asdict(), "outcome": from_json(row.outcome)})
