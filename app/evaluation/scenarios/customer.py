"""Who speaks for the customer: a script, or a language model that was told what it wants."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from app.evaluation.scenarios.model import Scenario
from app.evaluation.scenarios.world import Line

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


class Customer(Protocol):
    async def next(self, lines: Sequence[Line]) -> str | None:
        """The next line, given the dialog so far; None when the customer has nothing more to say."""
        ...


@dataclass
class Scripted:
    lines: Sequence[str]
    _spoken: int = 0

    async def next(self, lines: Sequence[Line]) -> str | None:  # noqa: ARG002
        if self._spoken == len(self.lines):
            return None
        self._spoken += 1
        return self.lines[self._spoken - 1]


@dataclass
class Simulated:
    """Ends with the stop mark, or after `longest` lines; `ended` tells which."""

    scenario: Scenario
    ask: Ask
    longest: int = LONGEST
    ended: bool = field(default=False, init=False)
    _spoken: int = field(default=0, init=False)

    async def next(self, lines: Sequence[Line]) -> str | None:
        if self._spoken == self.longest:
            return None
        said = (await self.ask([("system", self.prompt), *_seen(lines)])).strip()
        if STOP in said:
            self.ended = True
            said = said.replace(STOP, "").strip() if not self._spoken else ""
        self._spoken += bool(said)
        return said or None

    @property
    def prompt(self) -> str:
        facts = "\n".join(f"- {fact}" for fact in self.scenario.facts) or "- nothing more"
        return PROMPT.format(goal=self.scenario.goal, facts=facts, language=self.scenario.language, stop=STOP)


def _seen(lines: Sequence[Line]) -> list[tuple[str, str]]:
    """The dialog as the customer sees it. A model wants to be spoken to first."""
    told = [("assistant" if line.role == "customer" else "user", line.text) for line in lines]
    return told if told and told[0][0] == "user" else [("user", "…"), *told]
