"""Who works here. Everything that lists agents is derived from ROSTER."""

from __future__ import annotations

from app.agents.base import Agent
from app.agents.sales import SALES
from app.agents.supervisor import SUPERVISOR
from app.agents.tech_support import TECH_SUPPORT

ROSTER: tuple[Agent, ...] = (TECH_SUPPORT, SALES, SUPERVISOR)


def names(roster: tuple[Agent, ...] = ROSTER) -> tuple[str, ...]:
    return tuple(agent.name for agent in roster)
