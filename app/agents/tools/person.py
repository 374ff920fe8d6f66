"""The tool by which any model calls a person to the dialog."""

from __future__ import annotations

from functools import cache
from typing import Any

from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from app.agents.base import ToolContext, offer
from app.agents.tools.presentation import render_facts
from app.core.models import ToolUse

PERSON_TOOL, CALLED = "call_person", "called"


class CallPerson(BaseModel):
    """Call a person to this dialog: the customer wants one, or only a person can decide."""

    reason: str = Field(default="", max_length=500, description="Why, in one sentence.")


@cache
def person_tool() -> BaseTool:
    """The orchestrator acts on the call: the dialog is queued for the operators."""
    return offer(PERSON_TOOL, CallPerson.__doc__ or "", CallPerson)


async def call_person(context: ToolContext, arguments: dict[str, Any], language: str) -> ToolUse:
    """`waiting` dialogs are before this one."""
    facts = {"status": "done", "waiting": await context.waiting()}
    result = render_facts(facts, language)
    return ToolUse(name=PERSON_TOOL, arguments=arguments, result=result.text, status=CALLED)
