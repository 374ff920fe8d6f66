"""How a turn flows: route, answer, use tools, hand over. The only importer of langgraph."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from typing import Any, TypedDict

from langchain_core.messages import AIMessage, BaseMessage, SystemMessage, ToolMessage
from langchain_core.tools import BaseTool
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command

from app.agents.base import Agent, Desk
from app.agents.calling import ModelCall, Speaker
from app.agents.pricing import usage_of
from app.agents.roster import ROSTER
from app.agents.router import as_message
from app.agents.routing import LiveRouter
from app.agents.tools import HAND_OVER, hand_over, relevant, render
from app.core.models import (
    CLEAR,
    Decision,
    Handoff,
    Passage,
    Progress,
    Reply,
    RouteQuery,
    Said,
    ToolUse,
    Turn,
    Usage,
)
from app.core.text import clean, spoken_language

Emit = Callable[[Progress], None]


class State(TypedDict):
    """One turn. Built from the dialog, thrown away after it."""

    lines: list[Said]
    serving: str | None
    emit: Emit | None
    language: str
    decision: Decision | None
    agent: str
    passages: list[Passage]
    scratch: list[BaseMessage]
    steps: int
    degraded: bool
    failure: str | None
    hops: list[Handoff]
    handed: Handoff | None
    tools: list[ToolUse]
    citations: list[str]
    usage: Usage
    timings: dict[str, float]
    model: str
    reply: str


@dataclass(frozen=True)
class Orchestrator:
    """Compiled once and shared by all turns; holds no state of any dialog."""

    router: LiveRouter
    speaker: Speaker
    desk: Desk
    roster: tuple[Agent, ...] = ROSTER
    recursion_limit: int = 50
    _tools: dict[str, dict[str, BaseTool]] = field(init=False)
    _graph: Any = field(init=False)

    def __post_init__(self) -> None:
        tools = {a.name: {t.name: t for t in (make(self.desk) for make in a.tools)} for a in self.roster}
        object.__setattr__(self, "_tools", tools)
        object.__setattr__(self, "_graph", self._build())

    async def run(self, lines: list[Said], serving: str | None, emit: Emit | None = None) -> Reply:
        """Answer the last line. Raises RoutingFailed or ProviderError; nothing is stored here."""
        began = perf_counter()
        end: State = await self._graph.ainvoke(
            _start(lines, serving, emit), {"recursion_limit": self.recursion_limit + 2}
        )
        timings = {**end["timings"], "total": perf_counter() - began}
        return Reply(text=end["reply"], turn=self._turn(end, timings))

    def _build(self) -> Any:
        graph = StateGraph(State)
        graph.add_node("route", self._route, destinations=tuple(a.name for a in self.roster))
        graph.add_edge(START, "route")
        for agent in self.roster:
            ends = (*(a.name for a in self.roster), END)
            graph.add_node(agent.name, partial(self._answer, agent), destinations=ends)
        return graph.compile()

    async def _route(self, state: State) -> Command[str]:
        began = perf_counter()
        decision = await self.router.route(RouteQuery(turns=state["lines"], serving=state["serving"]))
        routed = perf_counter()
        _tell(state, Progress(kind="routed", decision=decision))
        passages = await self._look_up(state, decision)
        hops = _switch(state["serving"], decision)
        timings = {"route": routed - began, "knowledge": perf_counter() - routed}
        update = {"decision": decision, "passages": passages, "hops": hops, "timings": timings, "steps": 1}
        return Command(goto=decision.agent, update={**update, "usage": decision.usage})

    async def _look_up(self, state: State, decision: Decision) -> list[Passage]:
        """A line that says too little by itself is looked up together with the one before it;
        then only a clear hit counts, because any two lines together resemble something."""
        asked = [clean(line.content) for line in state["lines"] if line.role == "customer"]
        found = await self._search(asked[-1], state, decision)
        if len(asked) == 1 or found:
            return found
        joined = await self._search(" ".join(asked[-2:]), state, decision)
        return [p for p in joined if p.score >= CLEAR]

    async def _search(self, question: str, state: State, decision: Decision) -> list[Passage]:
        search = partial(self.desk.knowledge.search, question, state["language"], decision.agent)
        return relevant(await asyncio.to_thread(search))

    async def _answer(self, agent: Agent, state: State) -> Command[str]:
        began = perf_counter()
        call = ModelCall(
            messages=[self._system(agent, state), *map(as_message, state["lines"]), *state["scratch"]],
            tools=self._offer(agent, state),
            emit=state["emit"],
            degraded=state["degraded"],
        )
        said = await self.speaker.say(call)
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
            cited = said.message.response_metadata.get("citations", [p.article.id for p in state["passages"]])
            return Command(goto=END, update={**update, "reply": said.message.text, "citations": cited})
        _tell(state, Progress(kind="reset"))
        handed = next((c for c in said.message.tool_calls if c["name"] == HAND_OVER), None)
        if handed:
            return self._hop(agent, state, handed["args"], update)
        return await self._use(agent, state, said.message, update)

    def _system(self, agent: Agent, state: State) -> SystemMessage:
        handed = state["handed"]
        note = f"Handed over to you by {handed.from_agent}: {handed.reason} {handed.known}" if handed else ""
        content = agent.prompt.render(
            language={"ru": "Russian", "en": "English"}.get(state["language"], state["language"]),
            knowledge=render(state["passages"]),
            handed=note,
        )
        facts = {
            "agent": agent.name,
            "language": state["language"],
            "escalates_to": agent.escalates_to,
            "passages": [(p.article.id, p.score) for p in state["passages"]],
            "handed": handed.reason if handed else None,
        }
        return SystemMessage(content, additional_kwargs=facts)

    def _offer(self, agent: Agent, state: State) -> list[BaseTool]:
        """Nobody is offered who has served in this turn; at the last step there are no tools."""
        if state["steps"] + 1 >= self.recursion_limit or state["decision"] is None:
            return []
        been = {state["decision"].agent, *(hop.to for hop in state["hops"])}
        others = tuple(a.name for a in self.roster if a.name not in been)
        tools = [*self._tools[agent.name].values()]
        return [*tools, hand_over(others)] if others else tools

    def _hop(
        self, agent: Agent, state: State, payload: dict[str, Any], update: dict[str, Any]
    ) -> Command[str]:
        hop = Handoff(
            from_agent=agent.name,
            to=payload["to"],
            reason=payload["reason"],
            known=payload.get("known", ""),
            timestamp=datetime.now(UTC),
        )
        _tell(state, Progress(kind="hop", hop=hop))
        return Command(
            goto=hop.to, update={**update, "hops": [*state["hops"], hop], "handed": hop, "scratch": []}
        )

    async def _use(
        self, agent: Agent, state: State, message: AIMessage, update: dict[str, Any]
    ) -> Command[str]:
        results: list[BaseMessage] = []
        used: list[ToolUse] = []
        for call in message.tool_calls:
            tool = self._tools[agent.name][call["name"]]
            result = str(await tool.ainvoke(call["args"]))
            results.append(ToolMessage(result, tool_call_id=call["id"] or "", name=call["name"]))
            used.append(ToolUse(name=call["name"], arguments=call["args"], result=result))
        scratch = [*state["scratch"], message, *results]
        return Command(
            goto=agent.name, update={**update, "scratch": scratch, "tools": [*state["tools"], *used]}
        )

    def _turn(self, end: State, timings: dict[str, float]) -> Turn:
        assert end["decision"] is not None
        agent = next(a for a in self.roster if a.name == end["agent"])
        return Turn(
            decision=end["decision"],
            agent=end["agent"],
            model=end["model"],
            degraded=end["degraded"] or end["decision"].degraded,
            failure=end["failure"],
            hops=end["hops"],
            tools=end["tools"],
            citations=end["citations"],
            prompts={agent.prompt.name: agent.prompt.fingerprint},
            usage=end["usage"],
            timings={step: round(seconds, 6) for step, seconds in timings.items()},
        )


def _start(lines: list[Said], serving: str | None, emit: Emit | None) -> State:
    language = spoken_language([line.content for line in lines if line.role == "customer"])
    return State(
        lines=lines, serving=serving, emit=emit, language=language, decision=None, agent="", passages=[],
        scratch=[], steps=0, degraded=False, failure=None, hops=[], handed=None, tools=[], citations=[],
        usage=Usage(), timings={}, model="", reply="",
    )  # fmt: skip


def _switch(serving: str | None, decision: Decision) -> list[Handoff]:
    """The router's own change of agent is a hop too."""
    if serving in (None, decision.agent):
        return []
    return [
        Handoff(from_agent=serving, to=decision.agent, reason=decision.reason, timestamp=datetime.now(UTC))
    ]


def _tell(state: State, progress: Progress) -> None:
    if state["emit"]:
        state["emit"](progress)
