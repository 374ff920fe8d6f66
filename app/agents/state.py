"""The state of one turn in the graph: where it comes from, and the trace read from it at the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, TypedDict

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from app.agents.base import Agent
from app.agents.tools.person import CALLED
from app.core.backoffice import ActionContext
from app.core.cleaned_text import LineCleaner
from app.core.dialog import Dialog, Message
from app.core.explanation import BY_CUSTOMER, BY_PERSON, SUSPECTED
from app.core.locales import DEFAULT
from app.core.models import (
    Decision,
    Handoff,
    Passage,
    Remembered,
    Reply,
    Said,
    ToolUse,
    Turn,
    TurnContext,
    TurnProgress,
    Usage,
)
from app.core.proposals import Proposal

Emit = Callable[[TurnProgress], None]
Decider = Literal["person", "customer"]
DECIDED: dict[Decider, str] = {"person": BY_PERSON, "customer": BY_CUSTOMER}
SETTLED = ("done", "proposed", "declined")
"""Statuses of tools after which no person is wanted, not even at the end of the chain of escalation."""


class TurnState(TypedDict):
    """State of one turn, built from the dialog and discarded afterwards.

    Customers' `lines` are cleaned: `text` is what was meant, `content` what was typed. `heard` is what the
    embedded model has read of them: it speaks once a tool, and what people say is kept no longer.
    """

    lines: list[Said]
    serving: str | None
    emit: Emit | None
    case: TurnContext
    language: str
    decision: Decision | None
    agent: str
    passages: list[Passage]
    scratch: list[BaseMessage]
    draft: AIMessage | None
    steps: int
    degraded: bool
    failure: str | None
    handoffs: list[Handoff]
    handoff: Handoff | None
    tools: list[ToolUse]
    citations: list[str]
    usage: Usage
    timings: dict[str, float]
    model: str
    reply: str
    withheld: list[str]
    corrected: bool
    proposal: Proposal | None
    heard: dict[Any, Any]


def context_of(dialog: Dialog, asked: Message, memory: Remembered | None = None) -> TurnContext:
    """The customer's identity comes from the dialog alone: tools trust nothing that a model says of it."""
    turns = [m.turn for m in dialog.messages[: asked.seq] if m.turn]
    return TurnContext(
        origin=ActionContext(dialog_id=dialog.dialog_id, seq=asked.seq, customer_id=dialog.customer_id),
        notes=[note.text for note in dialog.notes if note.text],
        memory=memory,
        used=[use for turn in turns for use in turn.tools],
        cited=list(dict.fromkeys(name for turn in turns for name in turn.citations)),
        transferred=any(turn.hops for turn in turns),
        matter=next((turn.matter for turn in reversed(turns)), None),
        proposal=next((p for p in reversed(dialog.proposals) if p.is_live), None),
    )


def start(
    lines: list[Said],
    serving: str | None,
    case: TurnContext | None,
    emit: Emit | None,
    cleaner: LineCleaner | None = None,
) -> TurnState:
    """Without a case nobody is known: tools that need a customer refuse."""
    known = case or TurnContext(origin=ActionContext(dialog_id="", seq=0, customer_id=""))
    before = known.memory.language if known.memory else ""
    lines, language = clean_lines(lines, before, cleaner or LineCleaner())
    told = known.model_copy(update={"origin": known.origin.model_copy(update={"language": language})})
    return TurnState(
        lines=lines, serving=serving, emit=emit, case=told, language=language, decision=None, agent="",
        passages=[], scratch=[], draft=None, steps=0, degraded=False, failure=None, handoffs=[], handoff=None,
        tools=[], citations=[], usage=Usage(), timings={}, model="", reply="", withheld=[], corrected=False,
        proposal=None, heard={},
    )  # fmt: skip


def clean_lines(lines: list[Said], before: str, cleaner: LineCleaner) -> tuple[list[Said], str]:
    """The lines with what customers meant, and the language of the dialog after them."""
    cleaned: list[Said] = []
    language = before
    for line in lines:
        if line.role == "customer":
            found = cleaner.clean(line.content, language)
            language = found.language
            line = line.read_as(found.text)
        cleaned.append(line)
    return cleaned, language or DEFAULT


def is_suspected(state: TurnState) -> bool:
    """The customer's line looks like an order to the agents."""
    return state["decision"] is not None and state["decision"].reason == SUSPECTED


def start_at(agent: str, use: ToolUse, by: Decider, state: TurnState) -> TurnState:
    """`agent` begins with the result of a tool that others have decided on."""
    number = use.number or "decided"
    call = {"name": use.name, "args": use.arguments, "id": number, "type": "tool_call"}
    state["agent"] = agent
    state["decision"] = Decision(agent=agent, confidence=1, source="sticky", reason=DECIDED[by])
    state["scratch"] = [
        AIMessage("", tool_calls=[call]),
        ToolMessage(use.result, tool_call_id=number, name=use.name),
    ]
    state["tools"] = [use]
    return state


def switch(serving: str | None, decision: Decision, now: datetime) -> list[Handoff]:
    """The router's change of agent is a handoff too."""
    if serving in (None, decision.agent):
        return []
    return [Handoff(from_agent=serving, to=decision.agent, reason=decision.reason, timestamp=now)]


def _turn_of(end: TurnState, roster: tuple[Agent, ...], timings: dict[str, float]) -> Turn:
    assert end["decision"] is not None
    agent = next(a for a in roster if a.name == end["agent"])
    return Turn(
        decision=end["decision"],
        agent=end["agent"],
        model=end["model"],
        degraded=end["degraded"] or end["decision"].degraded,
        failure=end["failure"],
        language=end["language"],
        escalated=_is_escalated(agent, end),
        withheld=end["withheld"],
        hops=end["handoffs"],
        tools=end["tools"],
        citations=end["citations"],
        prompts={agent.prompt.name: agent.prompt.fingerprint},
        usage=end["usage"],
        timings={step: round(seconds, 6) for step, seconds in timings.items()},
        matter=_told(end).get("matter"),
    )


def _is_escalated(agent: Agent, end: TurnState) -> bool:
    """An approval is pending, a person was called, or the last agent of the chain settled nothing.

    A line that looks like an attack calls nobody by itself.
    """
    became = {use.status for use in end["tools"]}
    unsettled = not is_suspected(end) and agent.escalates_to is None and became.isdisjoint(SETTLED)
    return bool(became & {"approval", CALLED}) or bool(_told(end).get("unsettled", unsettled))


def reply_of(end: TurnState, roster: tuple[Agent, ...], timings: dict[str, float]) -> Reply:
    """`timings` are in seconds."""
    declines = end["proposal"] is None and bool(_told(end).get("declines"))
    turn = _turn_of(end, roster, timings)
    return Reply(text=end["reply"], turn=turn, proposal=end["proposal"], declines=declines)


def _told(end: TurnState) -> dict[str, Any]:
    """What the embedded model says beside the words: `matter`, is it `unsettled`, does it `declines`."""
    return end["draft"].response_metadata if end["draft"] is not None else {}
