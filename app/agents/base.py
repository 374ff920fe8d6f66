"""What an agent is: a value with prompt, tools and handoffs. A fingerprint identifies a prompt's wording."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel

from app.core.actions import tool_name
from app.core.backoffice import ActionContext
from app.core.clock import Clock, utcnow
from app.core.exceptions import PromptVariableMissing
from app.core.knowledge import Approved
from app.core.ports import BackOffice, KnowledgeBase, Understanding

TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class Prompt:
    name: str
    text: str

    @property
    def fingerprint(self) -> str:
        """First 12 hex digits of the SHA-256 of the text."""
        return sha256(self.text.encode()).hexdigest()[:12]

    def render(self, **variables: str) -> str:
        """`$name` is replaced. Raises PromptVariableMissing when names and variables differ."""
        template = Template(self.text)
        differing = set(template.get_identifiers()) ^ set(variables)
        if differing or not template.is_valid():
            raise PromptVariableMissing(self.name, differing)
        return template.substitute(variables)


def load(name: str) -> Prompt:
    return Prompt(name, (TEXTS / f"{name}.md").read_text(encoding="utf-8"))


SCHEMA = "schema"


async def count_nobody() -> int | None:
    return None


@dataclass(frozen=True, slots=True)
class ToolContext:
    """The outside things that agents and their tools may use.

    `approved` finds a person's answer to a typical question, where the match is near certain; it blocks.
    `waiting` counts the dialogs that wait for a person; None where that is not known.
    `claims` is a second opinion on whether a sentence of a model claims something.
    """

    knowledge: KnowledgeBase
    office: BackOffice | None = None
    clock: Clock = utcnow
    approved: Callable[[str, str], Approved | None] = lambda _question, _language: None
    waiting: Callable[[], Awaitable[int | None]] = count_nobody
    claims: Understanding | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """`text` is what the model reads; `status` and `number` are those of a consequential tool."""

    text: str
    status: str = ""
    number: str = ""


@dataclass(frozen=True)
class Tool:
    """Name, docstring and fields of `args` are what a model sees, narrowed to the catalogue. `run` blocks.

    On whose behalf it runs is told by the ActionContext, which no model can fill in.
    """

    args: type[BaseModel]
    run: Callable[[ToolContext, ActionContext, Any], Result]
    narrow: type[BaseModel] | None = None

    @property
    def name(self) -> str:
        return tool_name(self.args)

    def offer(self) -> BaseTool:
        """The tool as models are told of it; the orchestrator runs it."""
        return _make_offer(self)

    def parse(self, arguments: dict[str, Any]) -> BaseModel:
        """An instance of `args`. Raises ValidationError for what the catalogue does not have, too."""
        read = (self.narrow or self.args).model_validate_json(json.dumps(arguments))
        values = {name: getattr(read, name) for name in self.args.model_fields}
        return self.args.model_construct(read.model_fields_set, **values)


def offer(name: str, description: str, args: type[BaseModel]) -> BaseTool:
    """Its schema is made once: LangChain would make it anew for every call of a model."""
    made = StructuredTool.from_function(lambda **_: "", name=name, description=description, args_schema=args)
    made.metadata = {SCHEMA: convert_to_openai_tool(made)}
    return made


@lru_cache(256)
def _make_offer(tool: Tool) -> BaseTool:
    return offer(tool.name, str(tool.args.__doc__), tool.narrow or tool.args)


def schema_of(tool: BaseTool) -> Any:
    return (tool.metadata or {}).get(SCHEMA, tool)


@dataclass(frozen=True, slots=True)
class Agent:
    """`handles` is the router's menu line. `escalates_to` is whom it asks when it cannot help.

    `last_resort`: a customer who needs it and does not reach it is the costliest mistake.
    """

    name: str
    handles: str
    prompt: Prompt
    tools: tuple[Tool, ...] = ()
    escalates_to: str | None = None
    last_resort: bool = False
