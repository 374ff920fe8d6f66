"""Which scopes open each room and each server function of the workbench; any one of them is enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.core.access import EVERYTHING, Caller, Scope, ScopeMissing

Scopes = frozenset[Scope]
PERSONS = "callcenter.page"
"""Key of a request's scope: a dict for what the page is told of its reader."""
CHAT: Scopes = frozenset({"chat"})
OPERATOR: Scopes = frozenset({"operator"})
ANALYST: Scopes = frozenset({"analyst"})
FIGURES = OPERATOR | ANALYST
ROOMS: dict[str, Scopes] = {
    "chat": CHAT,
    "evaluation": FIGURES,
    "monitor": OPERATOR,
    "analytics": ANALYST,
    "knowledge": EVERYTHING,
    "settings": FIGURES,
}
NEEDS: dict[str, Scopes] = {
    "_status": EVERYTHING,
    **dict.fromkeys(("hear", "WhatIf.run", "WhatIf.end", "Export.write"), CHAT),
    **{
        f"ChatTurns.{name}": CHAT
        for name in (
            "say", "confirm", "decline", "retry", "undo", "edit", "stop", "like", "look", "object", "select",
        )
    },
    **{
        f"ChatRoom.{name}": CHAT
        for name in ("_example", "_pick_dialog", "_clear", "_change_customer", "_follow", "_open")
    },
    "SavedDialogs.list_dialogs": CHAT,
    **{
        f"EvaluationRoom.{name}": FIGURES
        for name in ("follow", "offered_runs", "chosen_sets", "welcome", "refresh")
    },
    **{f"RunPanel.{name}": FIGURES for name in ("pick", "name_start", "choices")},
    **{f"RunPanel.{name}": OPERATOR for name in ("begin", "halt", "go_on")},
    **{f"ComparisonPanel.{name}": FIGURES for name in ("wait", "judge", "read")},
    **{f"ReportPanel.{name}": FIGURES for name in ("pick", "count", "download")},
    "CorrectionPanel.read": FIGURES,
    **{f"CorrectionPanel.{name}": OPERATOR for name in ("propose_label", "confirm")},
    **{f"UploadPanel.{name}": OPERATOR for name in ("profile", "relabel", "rows", "take")},
    **dict.fromkeys(("watch", "act", "check"), OPERATOR),
    **{
        f"AnalyticsRoom.{name}": ANALYST
        for name in ("show", "staff", "export", "print_report", "_show_if_open")
    },
    **{f"KnowledgeRoom.{name}": EVERYTHING for name in ("search", "choose")},
    **{
        f"LibraryPanel.{name}": OPERATOR
        for name in ("preview", "put", "stop", "drop", "withdraw", "approve_answer")
    },
    "SettingsRoom.show": FIGURES,
}  # fmt: skip
"""By the qualified name of an event's handler, or the name of a server function."""


def needs_of(handler: Callable[..., Any]) -> Scopes:
    """Raises TypeError for one that has no row."""
    name = getattr(handler, "func", handler).__qualname__.rpartition(">.")[2]
    if name not in NEEDS:
        raise TypeError(f"Nobody may call {name}: give it a row in rights.py.")
    return NEEDS[name]


def check(caller: Caller, needed: Scopes) -> None:
    """Raises ScopeMissing. Who has no session is let in as by the API, or shows the handler a key."""
    if not is_open(caller, needed):
        raise ScopeMissing(next(iter(sorted(needed))))


def is_open(caller: Caller, needed: Scopes) -> bool:
    return not caller.name or bool(caller.scopes & needed)


def describe(caller: Caller, events: Mapping[int, Scopes]) -> dict[str, Any]:
    """What a page is told of its reader: the name that signs, and what it leaves out."""
    return {
        "person": caller.person,
        "closed_rooms": [f"cc-tab-{room}" for room, needed in ROOMS.items() if not is_open(caller, needed)],
        "closed_events": [number for number, needed in events.items() if not is_open(caller, needed)],
    }
