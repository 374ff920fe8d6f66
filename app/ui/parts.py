"""Small pieces of HTML that all rooms share. What they are given is text; it is escaped here."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from app.core.palette import colour_of

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}
"""How most events of the rooms are listened to."""


def badge(agent: str | None, agents: Mapping[str, str]) -> str:
    """A dot in the agent's colour and its name in the page's language (`agents` of the frame's words)."""
    name = agent or "—"
    dot = f'<i style="background:{colour_of(name)}" aria-hidden="true"></i>'
    return f'<span class="cc-agent">{dot}<span>{escape(str(agents.get(name, name)))}</span></span>'


def empty(sentence: str) -> str:
    """Nothing to show: what it is and what to do next."""
    return f'<p class="cc-empty">{escape(sentence)}</p>'
