"""The trace of a turn, read from the state in which its graph ended."""

from __future__ import annotations

from app.agents.base import Agent
from app.agents.state import State
from app.core.models import Turn


def turn_of(end: State, roster: tuple[Agent, ...], timings: dict[str, float]) -> Turn:
    """`timings` are in seconds."""
    assert end["decision"] is not None
    agent = next(a for a in roster if a.name == end["agent"])
    return Turn(
        decision=end["decision"],
        agent=end["agent"],
        model=end["model"],
        degraded=end["degraded"] or end["decision"].degraded,
        failure=end["failure"],
        language=end["language"],
        escalated=_escalated(agent, end),
        withheld=end["withheld"],
        hops=end["hops"],
        tools=end["tools"],
        citations=end["citations"],
        prompts={agent.prompt.name: agent.prompt.fingerprint},
        usage=end["usage"],
        timings={step: round(seconds, 6) for step, seconds in timings.items()},
    )


def _escalated(agent: Agent, end: State) -> bool:
    """A person must decide, or nobody stands above who serves and the matter was not settled."""
    became = {use.status for use in end["tools"]}
    return "approval" in became or (agent.escalates_to is None and "done" not in became)
