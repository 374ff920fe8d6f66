"""The world of a scenario: a fresh call centre with its records, and the customer, scripted or simulated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import KW_ONLY, dataclass, field
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


class RecordedEffect(BaseModel):
    """A consequential action as the audit has it."""

    tool: str
    status: str
    reason: str = ""
    arguments: dict[str, Any] = Field(default_factory=dict)
    customer_id: str = ""
    by_person: bool = False


class EndState(BaseModel):
    """The database after the dialog, and the dialog itself. `records` is by customer."""

    effects: list[RecordedEffect] = Field(default_factory=list)
    records: dict[str, Records] = Field(default_factory=dict)
    first_agent: str | None = None
    agent: str | None = None
    handler: str = "bot"
    status: str = "active"
    escalated: bool = False


class PlayedLine(BaseModel):
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

    async def state(self) -> EndState: ...

    async def transcript(self) -> list[PlayedLine]: ...


Worlds = Callable[[Scenario, int], AbstractAsyncContextManager[World]]
"""Makes a world of its own for a scenario and a seed."""

Promises = Callable[[list[PlayedLine]], list[str]]
"""Words of the last line that commit the company to what nothing before it supports."""


def no_promises(_lines: list[PlayedLine]) -> list[str]:
    return []


STOP = "[[END]]"
LONGEST = 12
"""Lines of a simulated customer; by then a clerk would have settled any of these matters."""

Ask = Callable[[Sequence[tuple[str, str]]], Awaitable[str]]
"""Takes (role, content) with the roles system, user and assistant; the customer is the assistant."""

PROMPT = """You play a customer who writes to the support chat of a company. You are never the support.

What you want: {goal}
What you know:
{facts}

Write in this language: {language}. One short message at a time, as people write in a chat; no lists.
Begin with what you want. Answer what you are asked if it stands above; if it does not, say so.
Never make up numbers, sums, dates, names or promises that stand neither above nor in the support's lines.
Do not repeat a message. Do not say that you are a model or that this is a test.
When what you want is done, was refused for good, or waits for a person's decision, write exactly {stop}
and nothing else."""


class CustomerActor(Protocol):
    async def next(self, lines: Sequence[PlayedLine]) -> str | None:
        """The next line, given the dialog so far; None when the customer has nothing more to say."""
        ...


@dataclass
class Scripted:
    lines: Sequence[str]
    _spoken: int = 0

    async def next(self, lines: Sequence[PlayedLine]) -> str | None:  # noqa: ARG002
        if self._spoken == len(self.lines):
            return None
        self._spoken += 1
        return self.lines[self._spoken - 1]


@dataclass
class Simulated:
    """Ends with the stop mark, or after `longest` lines; `ended` tells which."""

    scenario: Scenario
    ask: Ask
    _: KW_ONLY
    longest: int = LONGEST
    ended: bool = field(default=False, init=False)
    _spoken: int = field(default=0, init=False)

    async def next(self, lines: Sequence[PlayedLine]) -> str | None:
        if self._spoken == self.longest:
            return None
        said = (await self.ask([("system", self.prompt), *_as_messages(lines)])).strip()
        if STOP in said:
            self.ended = True
            said = said.replace(STOP, "").strip() if not self._spoken else ""
        self._spoken += bool(said)
        return said or None

    @property
    def prompt(self) -> str:
        facts = "\n".join(f"- {fact}" for fact in self.scenario.facts) or "- nothing more"
        return PROMPT.format(goal=self.scenario.goal, facts=facts, language=self.scenario.language, stop=STOP)


def _as_messages(lines: Sequence[PlayedLine]) -> list[tuple[str, str]]:
    """The dialog as the customer sees it. A model wants to be spoken to first."""
    told = [("assistant" if line.role == "customer" else "user", line.text) for line in lines]
    return told if told and told[0][0] == "user" else [("user", "…"), *told]
