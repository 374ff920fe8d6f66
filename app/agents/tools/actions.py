"""Consequential tools: each is an action that the back office carries out, refuses or has approved."""

from __future__ import annotations

from app.agents.base import Desk, Result, Tool
from app.agents.tools.presentation import outcome_told, told
from app.core.actions import Action
from app.core.backoffice import Visit
from app.core.exceptions import BackOfficeUnavailable

UNAVAILABLE = {"status": "unavailable", "reason": "nothing was changed; the records cannot be reached now"}


def acting(*actions: type[Action]) -> tuple[Tool, ...]:
    return tuple(Tool(action, _act) for action in actions)


def _act(desk: Desk, visit: Visit, action: Action) -> Result:
    if desk.office is None:
        return told(UNAVAILABLE, visit.language)
    try:
        return outcome_told(desk.office.act(visit, action), visit.language)
    except BackOfficeUnavailable:
        return told(UNAVAILABLE, visit.language)
