"""Who works here: the agents of a company. Everything that lists agents is derived from a roster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from app.agents.base import Agent, Prompt, Tool
from app.agents.tools import records
from app.agents.tools.actions import acting, narrowed
from app.agents.tools.knowledge import search_knowledge
from app.core.actions import ACTIONS
from app.core.company import AgentProfile, Company, CompanyInvalid

TOOLS: dict[str, Tool] = {tool.name: tool for tool in (search_knowledge, *records.TOOLS, *acting(*ACTIONS))}
"""All that an agent can be given, by the names that its file uses."""


@cache
def roster_of(company: Company) -> tuple[Agent, ...]:
    """Raises CompanyInvalid for a tool that does not exist."""
    return tuple(_agent(profile, company) for profile in company.agents.values())


def names(roster: tuple[Agent, ...]) -> tuple[str, ...]:
    return tuple(agent.name for agent in roster)


def _agent(profile: AgentProfile, company: Company) -> Agent:
    return Agent(
        name=profile.name,
        handles=profile.handles,
        prompt=Prompt(profile.name, profile.prompt),
        tools=tuple(_tools(profile, company)),
        escalates_to=profile.escalates_to,
        last_resort=profile.last_resort,
    )


def _tools(profile: AgentProfile, company: Company) -> Iterator[Tool]:
    for name in profile.tools:
        if name not in TOOLS:
            path = company.folder / "agents" / f"{profile.name}.yaml"
            raise CompanyInvalid(path, f"tools: there is no tool {name}")
        tool = TOOLS[name]
        yield replace(tool, narrow=narrowed(tool.args, company.catalogue))
