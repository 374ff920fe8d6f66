"""A reply leaves only as far as articles and results of tools support it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from string import Template

from langchain_core.messages import HumanMessage

from app.agents.base import Agent, ToolContext
from app.agents.grounding import Claim, Evidence, SentenceGate
from app.agents.state import Emit, TurnState
from app.agents.tools.knowledge import render
from app.agents.tools.person import PERSON_TOOL
from app.core.actions import BY_TOOL, Quote, tool_name
from app.core.company import in_use
from app.core.models import Passage, ToolUse, TurnProgress
from app.core.ports import KnowledgeBase

QUOTE, PAYMENTS = tool_name(Quote), "find_payments"
_STANDS = re.compile(r'"reason": "(?:already_\w+|just_done|closed|cancelled)"')
"""A refusal because it is so already: what the tool would achieve may be said."""
_RETURNED = re.compile(r'"refunded": "[^"]*[1-9]')
HOUSE = "house"
"""Marks what is said by the house in the customer's place: a spare model must not take it for theirs."""
REWRITE = (
    "[House check, not the customer] Your draft was not sent, because no tool result and no article "
    "supports this: $claims. Write the reply again without it; "
    "where the customer wants it done, call the tool first."
)


def rewrite(faults: list[Claim]) -> HumanMessage:
    """What a language model is told of its draft."""
    asked = Template(REWRITE).substitute(claims="; ".join(claim.text for claim in faults))
    return HumanMessage(asked, additional_kwargs={HOUSE: True})


def evidence_of(agent: Agent, state: TurnState, context: ToolContext, now: datetime) -> Evidence:
    case, lines = state["case"], state["lines"]
    used = [*case.used, *state["tools"]]
    passed = case.transferred or bool(state["handoffs"]) or agent.escalates_to is None
    return Evidence(
        today=now.astimezone(in_use().zone).date(),
        texts=(
            render([*state["passages"], *_cited(state, context.knowledge)]),
            *(use.result for use in used),
            *(case.memory.open_tickets if case.memory else ()),
        ),
        done=frozenset(_done(used, transferred=passed)),
        proposed=frozenset(
            kind for use in used if use.status == "proposed" for kind in achieved_by(use.name)
        ),
        asked=tuple(line.content for line in lines if line.role == "customer"),
        said=tuple(line.content for line in lines if line.role == "agent"),
        secret=agent.prompt.text,
        reader=context.claims,
    )


def _cited(state: TurnState, knowledge: KnowledgeBase) -> Iterator[Passage]:
    """Articles of earlier turns: their next steps are told now."""
    for name in state["case"].cited:
        article = knowledge.find(name, state["language"])
        if article is not None:
            yield Passage(article=article, score=0)


def _done(used: list[ToolUse], transferred: bool) -> Iterator[str]:
    for use in used:
        if use.status == "done" or (use.name == QUOTE and use.result) or _STANDS.search(use.result):
            yield from achieved_by(use.name)
        if use.name == PERSON_TOOL:
            yield from ("transfer", "escalated")
        if use.name == PAYMENTS and _RETURNED.search(use.result):
            yield "refund"
        if use.status == "approval":
            yield from ("refund_requested", "approval")
    if transferred:
        yield "transfer"


def achieved_by(tool: str) -> frozenset[str]:
    """What a tool that reports success has achieved, in the words of the promise ledger."""
    known = Quote if tool == QUOTE else BY_TOOL.get(tool)
    return known.achieves if known else frozenset()


class StreamFilter:
    """Lets cleared sentences of a stream through as they come; at a fault it closes."""

    def __init__(self, emit: Emit, evidence: Evidence, language: str) -> None:
        self._emit, self._evidence, self._language = emit, evidence, language
        self._gate = SentenceGate(evidence, language)

    def __call__(self, progress: TurnProgress) -> None:
        if progress.kind == "text":
            self._send(self._gate.feed(progress.text))
            return
        self._gate = SentenceGate(self._evidence, self._language)
        self._emit(progress)

    def end(self) -> None:
        self._send(self._gate.end())

    def _send(self, sentences: list[str]) -> None:
        for sentence in sentences:
            self._emit(TurnProgress(kind="text", text=sentence))
