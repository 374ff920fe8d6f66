"""An agent is a value. What differs between agents stands here, not in branches of the orchestrator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from langchain_core.tools import BaseTool

from app.agents.prompts import Prompt
from app.core.ports import KnowledgeBase


@dataclass(frozen=True, slots=True)
class Desk:
    """The outside things that tools may use."""

    knowledge: KnowledgeBase


@dataclass(frozen=True, slots=True)
class Agent:
    """`handles` is the router's menu line. `escalates_to` is whom it asks when it cannot help."""

    name: str
    handles: str
    prompt: Prompt
    tools: tuple[Callable[[Desk], BaseTool], ...] = ()
    escalates_to: str | None = None
