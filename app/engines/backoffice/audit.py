"""Audit lines. The line of an act is also its kept outcome: one row, so the two cannot disagree.

Once-only: for a dialog, a line of the customer and a tool, an action is done once to each thing that it can
be done to (`Action.once_for`), and once at all where there is no such thing. A repeat gives the kept outcome
however it is worded, so a turn that was cut cannot act twice when it is answered anew; where the words are
not those of the first, `already_done` says that nothing more was done. A refusal changed nothing and is not
kept: whoever corrects a call is heard, and the refusal's line gives way to what came of it.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, select

from app.core.actions import FREE, NUMBER, Action, marked, tool_name
from app.core.backoffice import ActionContext, Effect, Outcome
from app.engines.backoffice.outcomes import from_json, to_json
from app.engines.backoffice.past import Undo
from app.engines.backoffice.records import as_number
from app.engines.backoffice.tables import effects


def find_outcome(connection: Connection, origin: ActionContext, action: Action) -> Outcome | None:
    """A line from before things were told apart holds for all of them: it is about nothing."""
    about = effects.c.about.in_({about_of(action), ""})
    lines = select(effects.c.outcome, effects.c.wording).where(_of(origin, action), about)
    for line in connection.execute(lines.order_by(effects.c.id)):
        outcome = from_json(line.outcome)
        if outcome.status != "refused":
            return _again(outcome) if line.wording not in ("", wording_of(action)) else outcome
    return None


def find_confirmed(connection: Connection, origin: ActionContext, proposal: str) -> Outcome | None:
    """A proposal is carried out once, whichever line confirms it."""
    mine = (effects.c.dialog_id == origin.dialog_id, effects.c.proposal == proposal)
    rows = connection.execute(select(effects.c.outcome).where(*mine).order_by(effects.c.id))
    outcomes = (from_json(row.outcome) for row in rows)
    return next((outcome for outcome in outcomes if outcome.status != "refused"), None)


def write(
    connection: Connection,
    origin: ActionContext,
    action: Action,
    outcome: Outcome,
    at: datetime,
    by: str | None = None,
    proposal: str = "",
    undo: Undo | None = None,
) -> None:
    """`undo`: what the act has changed, so that a replay can begin before it."""
    about = about_of(action)
    if by is None:
        connection.execute(delete(effects).where(_of(origin, action), effects.c.about == about))
    values = {
        **origin.model_dump(exclude={"language"}),
        "tool": tool_name(type(action)),
        "at": at,
        "about": about,
        "arguments": arguments_of(action),
        "wording": wording_of(action),
        "outcome": to_json(outcome),
        "decided_by": by,
        "proposal": proposal,
        "undo": undo,
    }
    connection.execute(insert(effects).values(values))


def arguments_of(action: Action) -> dict[str, object]:
    """Without what people wrote; a number that is none could be such a text as well."""
    free, numbers = marked(type(action), FREE), marked(type(action), NUMBER)
    given = action.model_dump(mode="json", exclude=free, exclude_none=True)
    return {name: as_number(value) if name in numbers else value for name, value in given.items()}


def about_of(action: Action) -> str:
    return str(arguments_of(action).get(action.once_for, ""))


def wording_of(action: Action) -> str:
    """Two bytes of a hash tell other words apart, and are too few to guess words or a phone number from."""
    return sha256(action.model_dump_json().encode()).hexdigest()[:4]


def read_audit(connection: Connection, dialog_id: str, seq: int | None) -> list[Effect]:
    lines = select(effects).where(effects.c.dialog_id == dialog_id).order_by(effects.c.id)
    if seq is not None:
        lines = lines.where(effects.c.seq == seq)
    return [_effect(row) for row in connection.execute(lines)]


def _of(origin: ActionContext, action: Action) -> ColumnElement[bool]:
    """What agents did or were refused, before any person decided."""
    return and_(
        effects.c.dialog_id == origin.dialog_id,
        effects.c.seq == origin.seq,
        effects.c.tool == tool_name(type(action)),
        effects.c.customer_id == origin.customer_id,
        effects.c.decided_by.is_(None),
    )


def _again(outcome: Outcome) -> Outcome:
    return outcome.model_copy(update={"facts": {**outcome.facts, "already_done": True}})


def _effect(row: Row[Any]) -> Effect:
    return Effect.model_validate({**row._asdict(), "outcome": from_json(row.outcome)})
