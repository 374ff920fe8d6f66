"""The graph of a turn: route, retrieve, answer with tools and handoffs, check."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.tools import BaseTool
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command

from app.agents.base import Agent, Tool, ToolContext
from app.agents.citations import CITATIONS, given_articles
from app.agents.grounding import Evidence, redact
from app.agents.grounding.reply import StreamFilter, evidence_of, rewrite
from app.agents.model_call import ModelCall, ModelCaller, usage_of
from app.agents.proposing import StatementFilter, put, use
from app.agents.router import as_message
from app.agents.state import Decider, Emit, TurnState, is_suspected, reply_of, start, start_at, switch
from app.agents.system_message import briefing
from app.agents.tools.actions import HANDOFF_TOOL, handoff_tool
from app.agents.tools.knowledge import relevant
from app.agents.tools.person import PERSON_TOOL, call_person, person_tool
from app.core.cleaned_text import LineCleaner
from app.core.models import (
    CLEAR,
    Handoff,
    Passage,
    Reply,
    RouteQuery,
    Said,
    ToolUse,
    TurnContext,
    TurnProgress,
)
from app.core.ports import Router
from app.core.text import clean
from app.core.threads import TURNS, in_office

__all__ = ["Emit", "Orchestrator"]
ROUTE, RETRIEVE, CHECK = "route", "retrieve", "check"
"""Nodes beside the agents, which are nodes by their names."""
BRIEF = 6
"""Words of a line that says too little to be searched alone."""
APPROVED = "approved"
"""In the place of a model's name: the words are those that a person has approved."""


@dataclass(frozen=True)
class Orchestrator:
    """Compiled once and shared by all turns; holds no dialog's state."""

    router: Router
    speaker: ModelCaller
    context: ToolContext
    roster: tuple[Agent, ...]
    recursion_limit: int = 50
    cleaner: LineCleaner = field(default_factory=LineCleaner)
    _tools: dict[str, dict[str, Tool]] = field(init=False)
    _offers: dict[str, list[BaseTool]] = field(init=False)
    _agents: dict[str, Agent] = field(init=False)
    _graph: Any = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_tools", {a.name: {t.name: t for t in a.tools} for a in self.roster})
        object.__setattr__(self, "_offers", {a.name: [t.offer() for t in a.tools] for a in self.roster})
        object.__setattr__(self, "_agents", {a.name: a for a in self.roster})
        object.__setattr__(self, "_graph", self._build())

    async def run(
        self,
        lines: list[Said],
        serving: str | None,
        emit: Emit | None = None,
        case: TurnContext | None = None,
    ) -> Reply:
        """Answer the last line. Raises RoutingFailed or ProviderError. Stores no dialog.

        Effects of tools in the back office persist even if it raises.
        """
        return await self._run(start(lines, serving, case, emit, self.cleaner))

    async def report(
        self,
        agent: str,
        lines: list[Said],
        case: TurnContext,
        use: ToolUse,
        emit: Emit | None = None,
        by: Decider = "person",
    ) -> Reply:
        """`agent` words the result of a tool that was decided on. Raises ProviderError.

        Enters the graph at the agent; tools are offered only where the customer decided, who may want more.
        """
        state = start_at(agent, use, by, start(lines, agent, case, emit, self.cleaner))
        state["steps"] = 1 if by == "customer" else self.recursion_limit
        return await self._run(state)

    def serving(self, tool: str, agent: str | None) -> str:
        """The agent that reports a tool's result: the serving one if it has the tool."""
        able = [a.name for a in self.roster if tool in self._tools[a.name]]
        return agent if agent in able else able[0]

    async def _run(self, state: TurnState) -> Reply:
        """Beside the agents' steps: route, retrieve, and a check before and after a rewrite."""
        began = perf_counter()
        end: TurnState = await self._graph.ainvoke(state, {"recursion_limit": self.recursion_limit + 5})
        timings = {**end["timings"], "total": perf_counter() - began}
        return reply_of(end, self.roster, timings)

    def _build(self) -> Any:
        """route → retrieve → agent → check. Agents come back to themselves, or to a colleague."""
        agents = tuple(self._agents)
        graph = StateGraph(TurnState)
        graph.add_conditional_edges(START, _entry, [ROUTE, *agents])
        graph.add_node(ROUTE, self._route)
        graph.add_edge(ROUTE, RETRIEVE)
        graph.add_node(RETRIEVE, self._retrieve, destinations=(*agents, END))
        for name, agent in self._agents.items():
            graph.add_node(name, partial(self._answer, agent), destinations=(*agents, CHECK))
        graph.add_node(CHECK, self._check, destinations=(*agents, END))
        return graph.compile(checkpointer=False)  # within a report too: its state is no plain values

    async def _route(self, state: TurnState) -> dict[str, Any]:
        began = perf_counter()
        decision = await self.router.route(RouteQuery(turns=state["lines"], serving=state["serving"]))
        _tell(state, TurnProgress(kind="routed", decision=decision))
        return {
            "decision": decision,
            "agent": decision.agent,
            "usage": decision.usage,
            "handoffs": switch(state["serving"], decision, self.context.clock()),
            "timings": {"route": perf_counter() - began},
            "steps": 1,
        }

    async def _retrieve(self, state: TurnState) -> Command[str]:
        """An approved answer ends the turn; otherwise the agent gets articles."""
        began, agent = perf_counter(), state["agent"]
        known = await TURNS.run(self.context.approved, state["lines"][-1].text, state["language"])
        passages = [] if known else await self._look_up(state, agent)
        timings = {**state["timings"], "knowledge": perf_counter() - began}
        update: dict[str, Any] = {"passages": passages, "timings": timings}
        if known is None:
            return Command(goto=agent, update=update)
        _tell(state, TurnProgress(kind="text", text=known.text))
        cited = [known.article_id] if known.article_id else []
        return Command(
            goto=END, update={**update, "reply": known.text, "citations": cited, "model": APPROVED}
        )

    async def _look_up(self, state: TurnState, agent: str) -> list[Passage]:
        """A short line is searched with what the dialog is about: only a clear hit counts, because two
        lines together resemble almost anything."""
        asked = [clean(line.text) for line in state["lines"] if line.role == "customer"]
        matter = state["case"].matter
        before = matter.text if matter and matter.text else " ".join(asked[-2:-1])
        if not before or matter is None or len(asked[-1].split()) > BRIEF:
            found = await self._search(asked[-1], state, agent)
            if found or not before:
                return found
        return [p for p in await self._search(asked[-1], state, agent, before) if p.score >= CLEAR]

    async def _search(self, question: str, state: TurnState, agent: str, about: str = "") -> list[Passage]:
        search = partial(self.context.knowledge.search, question, state["language"], agent, about=about)
        return relevant(await TURNS.run(search))

    async def _answer(self, agent: Agent, state: TurnState) -> Command[str]:
        began = perf_counter()
        outlet = self._make_filter(agent, state)
        call = ModelCall(
            messages=[
                briefing(agent, state, self.context.clock()),
                *map(as_message, state["lines"]),
                *state["scratch"],
            ],
            tools=self._offer(agent, state),
            emit=outlet,
            degraded=state["degraded"],
            shown=given_articles(state),
            may_be_silent=state["proposal"] is not None,
        )
        said = await self.speaker.say(call)
        if outlet:
            outlet.end()
        spent = state["timings"].get("answer", 0.0) + perf_counter() - began
        update: dict[str, Any] = {
            "agent": agent.name,
            "steps": state["steps"] + 1,
            "usage": state["usage"] + usage_of(said.message, said.price),
            "timings": {**state["timings"], "answer": spent},
            "degraded": said.degraded,
            "failure": said.failure or state["failure"],
            "model": said.model,
        }
        if not said.message.tool_calls:
            return Command(goto=CHECK, update={**update, "draft": said.message})
        _tell(state, TurnProgress(kind="reset"))
        handoff_call = next((c for c in said.message.tool_calls if c["name"] == HANDOFF_TOOL), None)
        if handoff_call:
            return self._hand_off(agent, state, handoff_call["args"], update)
        return await self._use(agent, state, said.message, update)

    async def _check(self, state: TurnState) -> Command[str]:
        """Claims that nothing supports are not sent: a language model may rewrite once, then they go."""
        agent, draft = self._agents[state["agent"]], state["draft"]
        assert draft is not None
        if state["proposal"] is not None:
            return Command(
                goto=END, update=put(state["proposal"], draft, state, self._evidence(agent, state))
            )
        redacted = redact(draft.text, self._evidence(agent, state), state["language"])
        update: dict[str, Any] = {"reply": draft.text, "citations": draft.response_metadata[CITATIONS]}
        if not redacted.dropped:
            return Command(goto=END, update=update)
        _tell(state, TurnProgress(kind="reset"))
        withheld = [*state["withheld"], *(f"{claim.kind}: {claim.text}" for claim in redacted.dropped)]
        marks = {"withheld": withheld, "corrected": True}
        if not state["corrected"] and self._may_rewrite(state):
            scratch = [*state["scratch"], draft, rewrite(redacted.dropped)]
            return Command(goto=agent.name, update={**marks, "scratch": scratch})
        _tell(state, TurnProgress(kind="text", text=redacted.text))
        return Command(goto=END, update={**update, **marks, "reply": redacted.text})

    def _may_rewrite(self, state: TurnState) -> bool:
        """The embedded model would repeat its draft."""
        return not state["degraded"] and self.speaker.rewrites and state["steps"] <= self.recursion_limit

    def _evidence(self, agent: Agent, state: TurnState) -> Evidence:
        return evidence_of(agent, state, self.context, self.context.clock())

    def _make_filter(self, agent: Agent, state: TurnState) -> StreamFilter | None:
        emit = state["emit"]
        if emit is not None and state["proposal"] is not None:
            emit = StatementFilter(emit)
        return StreamFilter(emit, self._evidence(agent, state), state["language"]) if emit else None

    def _offer(self, agent: Agent, state: TurnState) -> list[BaseTool]:
        """No handoff to an agent that has served in this turn; no tools at the last step.

        For a suspected line nobody is called and nobody else asked.
        """
        if state["steps"] + 1 >= self.recursion_limit or state["decision"] is None:
            return []
        if is_suspected(state):
            return self._offers[agent.name]
        been = {state["decision"].agent, *(handoff.to for handoff in state["handoffs"])}
        others = tuple(a.name for a in self.roster if a.name not in been)
        tools = [*self._offers[agent.name], person_tool()]
        return [*tools, handoff_tool(others)] if others else tools

    def _hand_off(
        self, agent: Agent, state: TurnState, payload: dict[str, Any], update: dict[str, Any]
    ) -> Command[str]:
        handoff = Handoff(
            from_agent=agent.name,
            to=payload["to"],
            reason=payload["reason"],
            known=payload.get("known", ""),
            timestamp=self.context.clock(),
        )
        _tell(state, TurnProgress(kind="handoff", handoff=handoff))
        return Command(
            goto=handoff.to,
            update={**update, "handoffs": [*state["handoffs"], handoff], "handoff": handoff, "scratch": []},
        )

    async def _use(
        self, agent: Agent, state: TurnState, message: AIMessage, update: dict[str, Any]
    ) -> Command[str]:
        results: list[BaseMessage] = []
        used: list[ToolUse] = []
        for call in message.tool_calls:
            if call["name"] == PERSON_TOOL:
                done = await call_person(self.context, call["args"], state["language"])
            else:
                tool = self._tools[agent.name][call["name"]]
                done, made = await in_office(use, self.context, state, agent.name, tool, call["args"])
                state["proposal"] = made or state["proposal"]
            results.append(ToolMessage(done.result, tool_call_id=call["id"] or "", name=call["name"]))
            used.append(done)
        update |= {"scratch": [*state["scratch"], message, *results], "proposal": state["proposal"]}
        return Command(goto=agent.name, update={**update, "tools": [*state["tools"], *used]})


async def _entry(state: TurnState) -> str:
    """A report begins at its agent. Async, because LangGraph runs a plain function in the common threads."""
    return state["agent"] or ROUTE


def _tell(state: TurnState, progress: TurnProgress) -> None:
    if state["emit"]:
        state["emit"](progress)
