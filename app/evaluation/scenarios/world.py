"""What a scenario is played in: a fresh call centre with its records, seen through four calls."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol

from pydantic import BaseModel, Field

from app.core.exceptions import CallCenterError
from app.core.models import ToolUse
from app.evaluation.scenarios.model import Operation, Scenario

Records = dict[str, list[dict[str, Any]]]
"""By kind (subscription, payment, order, ticket, device, approval), as JSON would hold them."""


class StepImpossible(CallCenterError):
    """A person of the scenario cannot do what the script says: there is nothing to approve, for one."""

    status = 409
    code = "step_impossible"


class Effect(BaseModel):
    """A consequential action as the audit has it."""

    tool: str
    status: str
    reason: str = ""
    arguments: dict[str, Any] = Field(default_factory=dict)
    customer_id: str = ""
    by_person: bool = False


class State(BaseModel):
    """The database after the dialog, and the dialog itself. `records` is by customer."""

    effects: list[Effect] = Field(default_factory=list)
    records: dict[str, Records] = Field(default_factory=dict)
    first_agent: str | None = None
    agent: str | None = None
    handler: str = "bot"
    status: str = "active"
    escalated: bool = False


class Line(BaseModel):
    """A line of the dialog; `name` is the agent's. `tools` and `cited` are what the line rests on.

    `handed`: a colleague took over before it was said.
    """

    role: Literal["customer", "agent", "operator"]
    text: str
    name: str = ""
    tools: list[ToolUse] = Field(default_factory=list)
    cited: list[str] = Field(default_factory=list)
    handed: bool = False


class World(Protocol):
    async def say(self, text: str) -> str | None:
        """The answer to a line of the customer; None while a person serves."""
        ...

    async def operate(self, step: Operation) -> None:
        """Raises StepImpossible."""
        ...

    async def state(self) -> State: ...

    async def transcript(self) -> list[Line]: ...


Worlds = Callable[[Scenario, int], AbstractAsyncContextManager[World]]
"""Makes a world of its own for a scenario and a seed."""

Promises = Callable[[list[Line]], list[str]]
"""Words of the last line that commit the company to what nothing before it supports."""


def no_promises(_lines: list[Line]) -> list[str]:
    return []
