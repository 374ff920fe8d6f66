"""Consequential tools: each is an action that the back office carries out, refuses or has approved.

The hand-over from agent to agent.

Arguments that name something in the catalogue: a model is offered the names that there are.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field, create_model

from app.agents.base import Result, Tool, ToolContext, offer
from app.agents.tools.presentation import render_facts, render_outcome
from app.core.actions import GOODS, ITEM, PLAN, Action
from app.core.backoffice import ActionContext
from app.core.catalogue import Catalogue
from app.core.exceptions import BackOfficeUnavailable


def narrowed(args: type[BaseModel], catalogue: Catalogue) -> type[BaseModel]:
    """`args` itself where none of its fields is marked."""
    legal = _legal(catalogue)
    fields: dict[str, Any] = {
        name: legal[mark]
        for name, field in args.model_fields.items()
        for mark in legal
        if mark in field.metadata
    }
    return create_model(args.__name__, __base__=args, __doc__=args.__doc__, **fields) if fields else args


def _legal(catalogue: Catalogue) -> dict[str, Any]:
    """Type and default by mark: the first of the goods is meant where none is named."""
    plans: Any = Literal[tuple(catalogue.plans)]
    items: Any = Literal[catalogue.names]
    legal: dict[str, Any] = {PLAN: (plans, ...), ITEM: (items, ...)}
    if goods := catalogue.goods:
        legal[GOODS] = (str, Field(default=goods[0], pattern=f"^({'|'.join(goods)})$"))
    return legal


HANDOFF_TOOL = "hand_over"


@cache
def handoff_tool(targets: tuple[str, ...]) -> BaseTool:
    """By it an agent gives the customer to a colleague. The orchestrator acts on the call, nothing runs."""
    legal: Any = Literal[targets]
    arguments = create_model(
        HANDOFF_TOOL,
        to=(legal, Field(description="Who should serve the customer now.")),
        reason=(str, Field(description="Why, in one sentence.")),
        known=(str, Field(default="", description="What is known and was tried so far.")),
    )
    return offer(
        HANDOFF_TOOL, "Give the customer to a colleague. Call it instead of promising a transfer.", arguments
    )


UNAVAILABLE = {"status": "unavailable", "reason": "nothing was changed; the records cannot be reached now"}


def acting(*actions: type[Action]) -> tuple[Tool, ...]:
    return tuple(Tool(action, _act) for action in actions)


def _act(context: ToolContext, origin: ActionContext, action: Action) -> Result:
    if context.office is None:
        return render_facts(UNAVAILABLE, origin.language)
    try:
        return render_outcome(context.office.act(origin, action), origin.language)
    except BackOfficeUnavailable:
        return render_facts(UNAVAILABLE, origin.language)
