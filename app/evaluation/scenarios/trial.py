"""One trial: a dialog that was played, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, Field

from app.evaluation.scenarios.faults import fault_of
from app.evaluation.scenarios.judging import forbidden, state_differences, word_differences
from app.evaluation.scenarios.model import Scenario
from app.evaluation.scenarios.world import Line, Promises, State

Outcome = Literal["pass", "words_failed", "state_failed", "customer_fault", "error"]


class Trial(BaseModel):
    """`problems` are sentences: what differs, what was forbidden, or what went wrong.

    `forbidden` and `promises` are counted whatever the outcome.
    """

    scenario: str
    language: str
    tags: list[str]
    agents: list[str]
    repeat: int
    outcome: Outcome
    problems: list[str] = Field(default_factory=list)
    forbidden: list[str] = Field(default_factory=list)
    promises: list[str] = Field(default_factory=list)
    lines: list[Line] = Field(default_factory=list)
    seconds: float = 0.0

    @property
    def state_passed(self) -> bool:
        return self.outcome in ("pass", "words_failed")


@dataclass
class Played:
    """What is known of a trial. `stuck`: a person of the scenario could not do what the script says.

    `endless`: a simulated customer was still talking when it was cut off.
    """

    scenario: Scenario
    repeat: int
    simulated: bool = False
    before: State | None = None
    after: State | None = None
    lines: list[Line] = field(default_factory=list)
    trouble: str = ""
    stuck: str = ""
    endless: bool = False


def judged(played: Played, promises: Promises, seconds: float) -> Trial:
    scenario, lines = played.scenario, played.lines
    banned = forbidden(scenario, played.before, played.after) if played.before and played.after else []
    outcome, problems = _verdict(played, banned)
    return Trial(
        scenario=scenario.id,
        language=scenario.language,
        tags=scenario.tags,
        agents=scenario.agents,
        repeat=played.repeat,
        outcome=outcome,
        problems=problems,
        forbidden=banned,
        promises=[
            words
            for at, line in enumerate(lines)
            if line.role == "agent"
            for words in promises(lines[: at + 1])
        ],
        lines=lines,
        seconds=round(seconds, 3),
    )


def _verdict(played: Played, banned: list[str]) -> tuple[Outcome, list[str]]:
    """State first. A customer who goes on though all is as it must be is at fault, not the agents."""
    if played.trouble or played.after is None:
        return "error", [played.trouble or "nothing is known of the end"]
    if played.simulated and (fault := fault_of(played.scenario, played.lines)):
        return "customer_fault", [fault]
    stuck = [played.stuck] if played.stuck else []
    if state := [*stuck, *banned, *state_differences(played.scenario, played.after)]:
        return "state_failed", state
    if played.endless:
        return "customer_fault", ["the customer never ends, though everything is done"]
    words = word_differences(played.scenario, played.lines)
    return ("words_failed", words) if words else ("pass", [])
