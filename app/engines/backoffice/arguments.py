"""Arguments of actions on their way into the database and out of it."""

from __future__ import annotations

from app.core.actions import BY_TOOL, Action
from app.core.backoffice import Approval


def storable(action: Action) -> Action:
    """A mark instead of NUL, which a model may write and PostgreSQL does not take."""
    given = {name: getattr(action, name) for name in type(action).model_fields}
    return action.model_copy(update={k: without_nul(v) for k, v in given.items() if isinstance(v, str)})


def without_nul(text: str) -> str:
    return text.replace("\0", "\ufffd")


def action_of(approval: Approval) -> Action:
    return BY_TOOL[approval.tool].model_validate(approval.arguments)
