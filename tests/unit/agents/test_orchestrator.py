from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from app.adapters.mocks.llm.scripted import ScriptedChatModel, ScriptRanOut
from app.agents.base import Agent, Prompt, ToolContext
from app.agents.model_call import ModelCaller
from app.agents.orchestrator import Orchestrator
from app.agents.roster import names
from app.agents.router import LiveRouter
from app.bootstrap import build
from app.core.config import Settings
from app.core.exceptions import PromptVariableMissing, ProviderError, ProviderReplyInvalid, RoutingFailed
from app.core.models import Decision, Reply, RouteQuery, Said, TurnProgress
from app.engines.knowledge.search import HybridSearch
from tests.contract.samples import NOON
from tests.support.company import AGENTS, ROSTER, load_articles

pytestmark = pytest.mark.anyio

SALES = next(agent for agent in ROSTER if agent.name == "sales")
DESK = ToolContext(HybridSearch(load_articles(), None))
USAGE = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}


@dataclass
class Pointer:
    """A router that always points to the same agent."""

    agent: str

    async def route(self, query: RouteQuery) -> Decision:
        return Decision(agent=self.agent, confidence=1, source="lexical", reason=f"told so: {query.text}")


def calling(name: str, **args: str) -> AIMessage:
    call = {"name": name, "args": args, "id": f"id-{name}", "type": "tool_call"}
    return AIMessage("", tool_calls=[call], usage_metadata=USAGE)


def handing(to: str) -> AIMessage:
    return calling("hand_over", to=to, reason=f"{to} knows better", known="a hub")


def scripted(*lines: Any) -> ScriptedChatModel:
    return ScriptedChatModel(script=list(lines))


def house(model: ScriptedChatModel, start: str = "sales", **given: Any) -> Orchestrator:
    roster: tuple[Agent, ...] = given.pop("roster", ROSTER)
    speaker = ModelCaller(model, "script", spare=given.pop("spare", None), spare_name="spare")
    router = LiveRouter(Pointer(start), frozenset(names(roster)))
    return Orchestrator(router=router, speaker=speaker, context=DESK, roster=roster, **given)


async def ask(
    orchestrator: Orchestrator, *said: str, serving: str | None = None, told: list[TurnProgress] | None = None
) -> Reply:
    lines = [Said(role="customer", content=line) for line in said or ("how much is pro",)]
    return await orchestrator.run(lines, serving, told.append if told is not None else None)


async def test_one_call_answers_and_its_usage_is_in_the_trace() -> None:
    model = scripted(AIMessage("It costs 1,990.", usage_metadata=USAGE))
    reply = await ask(house(model))
    assert (reply.text, reply.turn.agent, reply.turn.model) == ("It costs 1,990.", "sales", "script")
    assert (reply.turn.usage.total, reply.turn.usage.calls) == (15, 1)
    assert reply.turn.prompts == {"sales": SALES.prompt.fingerprint}
    assert model.left == 0


async def test_a_script_that_runs_out_is_an_error() -> None:
    with pytest.raises(ScriptRanOut):
        await ask(house(scripted()))


async def test_a_hand_over_reaches_the_colleague_with_its_payload() -> None:
    model = scripted(handing("supervisor"), "I am the supervisor.")
    reply = await ask(house(model), serving="sales")
    [hop] = reply.turn.hops
    assert (hop.from_agent, hop.to, hop.known) == ("sales", "supervisor", "a hub")
    assert (reply.turn.agent, reply.text) == ("supervisor", "I am the supervisor.")
    assert "supervisor knows better a hub" in model.heard[1][0].text


async def test_nobody_serves_twice_in_one_turn() -> None:
    model = scripted(handing("supervisor"), handing("tech_support"), "Here I am.")
    reply = await ask(house(model))
    assert [hop.to for hop in reply.turn.hops] == ["supervisor", "tech_support"]
    assert ["hand_over" in offered for offered in model.offered] == [True, True, False]


async def test_the_routers_change_of_agent_is_a_hop_and_the_old_agent_can_still_be_asked() -> None:
    model = scripted(handing("supervisor"), "Back again.")
    reply = await ask(house(model), serving="supervisor")
    assert [(h.from_agent, h.to) for h in reply.turn.hops] == [
        ("supervisor", "sales"),
        ("sales", "supervisor"),
    ]
    assert reply.turn.agent == "supervisor"


async def test_a_tool_round_runs_the_tool_and_returns_to_the_same_agent() -> None:
    model = scripted(calling("search_knowledge", question="how much is the hub"), "12,900.")
    reply = await ask(house(model))
    [used] = reply.turn.tools
    assert (used.name, used.arguments) == ("search_knowledge", {"question": "how much is the hub"})
    assert "[buy-hub]" in used.result
    assert model.heard[1][-1].text == used.result
    assert (reply.turn.agent, reply.turn.hops, reply.turn.usage.calls) == ("sales", [], 2)


async def test_results_of_tools_stay_with_the_agent_that_asked() -> None:
    model = scripted(calling("search_knowledge", question="hub"), handing("tech_support"), "Hello.")
    await ask(house(model))
    assert [m.type for m in model.heard[2]] == ["system", "human"]


async def test_at_the_recursion_limit_the_tools_are_taken_away_and_the_turn_ends_in_words() -> None:
    rounds = [calling("search_knowledge", question="hub") for _ in range(3)]
    model = scripted(*rounds, "Enough.")
    reply = await ask(house(model, recursion_limit=5))
    assert reply.text == "Enough."
    assert model.offered[-1] == []
    assert len(model.heard) == 4


@pytest.mark.parametrize(
    "bad",
    [
        calling("launch_rocket"),
        calling("hand_over", to="nobody", reason="x"),
        calling("hand_over", to="sales", reason="x"),
        calling("search_knowledge"),
        AIMessage("  "),
        ProviderError("down"),
    ],
    ids=["unknown tool", "unknown agent", "to oneself", "no argument", "empty", "provider down"],
)
async def test_what_cannot_be_used_is_answered_by_the_spare_in_the_same_turn(
    bad: AIMessage | Exception,
) -> None:
    spare = scripted("The spare speaks.")
    reply = await ask(house(scripted(bad), spare=spare))
    assert (reply.text, reply.turn.model, reply.turn.degraded) == ("The spare speaks.", "spare", True)
    assert reply.turn.failure in {"provider_reply_invalid", "provider_unavailable"}


async def test_an_unknown_tool_without_a_spare_is_an_invalid_reply() -> None:
    with pytest.raises(ProviderReplyInvalid):
        await ask(house(scripted(calling("launch_rocket"))))


async def test_after_a_failure_the_provider_is_left_alone_for_the_rest_of_the_turn() -> None:
    model, spare = scripted(ProviderError("down")), scripted(handing("supervisor"), "The spare again.")
    reply = await ask(house(model, spare=spare))
    assert (len(model.heard), len(spare.heard)) == (1, 2)
    assert (reply.turn.agent, reply.turn.degraded) == ("supervisor", True)


@pytest.mark.parametrize("text", ["Hello $nobody", "Hello", "$language $knowledge $handed $"])
async def test_a_prompt_that_does_not_fit_its_variables_is_refused(text: str) -> None:
    roster = (replace(SALES, prompt=Prompt("sales", text)),)
    with pytest.raises(PromptVariableMissing, match="sales"):
        await ask(house(scripted("never said"), roster=roster))


async def test_progress_tells_route_text_and_hops_and_voids_what_was_said_before_a_tool() -> None:
    told: list[TurnProgress] = []
    await ask(house(scripted(handing("supervisor"), "Words.")), told=told)
    assert [p.kind for p in told] == ["routed", "reset", "handoff", "text"]
    assert told[-1].text == "Words."


@pytest.mark.parametrize(
    ("said", "language"),
    [
        (("How much is Pro?",), "English"),
        (("Сколько стоит Pro?",), "Russian"),
        (("Сколько стоит Pro?", "and what about Business then"), "English"),
        (("не работает микрофон", "windows 10"), "Russian"),
        (("my mic is dead", "не работает"), "Russian"),
        (("12345",), "Russian"),
    ],
)
async def test_the_language_is_that_of_the_last_message_that_is_more_than_a_name(
    said: Sequence[str], language: str
) -> None:
    model = scripted("Fine.")
    await ask(house(model), *said)
    assert f"language: {language}" in model.heard[0][0].text


async def test_the_conversation_so_far_is_in_every_call() -> None:
    model = scripted("Fine.")
    lines = [
        Said(role="customer", content="Hello, the hub is red."),
        Said(role="agent", content="Is it blinking?", agent="sales"),
        Said(role="customer", content="Yes, it is."),
    ]
    await house(model).run(lines, "sales")
    assert [m.text for m in model.heard[0][1:]] == [line.content for line in lines]


@pytest.mark.parametrize(
    ("mark", "cited"), [(" [plan-pro]", ["plan-pro"]), (" [no-such-plan]", []), ("", [])]
)
async def test_a_language_model_cites_what_it_names_and_has_been_shown(mark: str, cited: list[str]) -> None:
    told: list[TurnProgress] = []
    reply = await ask(house(scripted(f"There is Pro{mark}.")), told=told)
    assert (reply.text, reply.turn.citations) == ("There is Pro.", cited)
    assert "".join(p.text for p in told) == "There is Pro."


async def test_what_a_search_has_shown_may_be_cited() -> None:
    model = scripted(calling("search_knowledge", question="how long is the trial"), "Try it [trial].")
    reply = await ask(house(model), "hello")
    assert (reply.text, reply.turn.citations) == ("Try it.", ["trial"])


async def test_a_hop_is_told_in_the_time_of_the_house() -> None:
    orchestrator = house(scripted(handing("supervisor"), "Here."), start="sales")
    timed = replace(orchestrator, context=replace(DESK, clock=lambda: NOON))
    reply = await ask(timed, serving="tech_support")
    assert [hop.timestamp for hop in reply.turn.hops] == [NOON, NOON]


async def test_a_failed_route_stays_with_whoever_serves() -> None:
    orchestrator = house(scripted("I stay."), start="somebody_else")
    reply = await ask(orchestrator, serving="tech_support")
    assert (reply.turn.agent, reply.turn.decision.source, reply.turn.degraded) == (
        "tech_support",
        "fallback",
        True,
    )


async def test_the_spare_router_cannot_send_a_customer_to_somebody_who_does_not_work_here() -> None:
    live = LiveRouter(Pointer("nobody"), frozenset({"sales"}), Pointer("gone"))
    decision = await live.route(RouteQuery(turns=[Said(role="customer", content="hello")], serving="sales"))
    assert (decision.agent, decision.source, decision.degraded) == ("sales", "fallback", True)


@pytest.mark.parametrize("serving", [None, "gone"])
async def test_where_nobody_who_works_here_serves_a_failed_route_is_a_failure(serving: str | None) -> None:
    live = LiveRouter(Pointer("nobody"), frozenset({"sales"}))
    with pytest.raises(RoutingFailed):
        await live.route(RouteQuery(turns=[Said(role="customer", content="hello")], serving=serving))


async def test_a_fourth_agent_works_end_to_end_without_another_line_of_code(tmp_path: Path) -> None:
    booking = Agent(
        name="booking",
        handles="appointments",
        prompt=Prompt("booking", "$language $today $knowledge $handed"),
        tools=SALES.tools,
        escalates_to="supervisor",
    )
    model = scripted(handing("booking"), "Which hour on Monday suits you?")
    bench = build(
        Settings(_env_file=None, dialogs_storage_path=tmp_path, log_level="ERROR"),
        model=model,
        router=Pointer("sales"),
        roster=(*ROSTER, booking),
    )
    await bench.start()
    try:
        sent = await bench.dialogs.create("customer", "I need an appointment on Monday")
        dialog = await bench.dialogs.view(str(sent.body["dialog_id"]))
    finally:
        await bench.stop()
    assert bench.agents == (*AGENTS, "booking")
    assert dialog.messages[-1].content == "Which hour on Monday suits you?"
    assert dialog.messages[-1].path is not None
    assert dialog.messages[-1].path.agent == "booking"
