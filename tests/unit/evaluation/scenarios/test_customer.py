from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.adapters.mocks.llm.scripted import ScriptedChatModel
from app.cli.eval_scenarios import play_customer
from app.evaluation.scenarios.trial import ScenarioOptions, ScenarioTrial, fault_of, run
from app.evaluation.scenarios.world import STOP, PlayedLine, Simulated
from tests.unit.evaluation.scenarios.builders import REFUND, Rule, refunded, scenario, worlds

pytestmark = pytest.mark.anyio
GOAL = {"turns": [], "goal": "Get 990 ₽ back.", "facts": ["The payment is P-1001 of 990 ₽."]}


def lines(*said: str) -> list[PlayedLine]:
    """The customer speaks first, then in turn with an agent."""
    return [
        PlayedLine.model_validate({"role": ("customer", "agent")[n % 2], "text": t})
        for n, t in enumerate(said)
    ]


async def simulated(
    script: Sequence[str], rule: Rule = refunded, **given: object
) -> tuple[ScenarioTrial, ScriptedChatModel]:
    model = ScriptedChatModel(script=list(script))
    wanted = {**GOAL, "after": {**REFUND, "others": "allowed"}, **given}
    [trial] = await run(
        [scenario(**wanted)],
        worlds(rule),
        ScenarioOptions(),
        customers=lambda s: Simulated(s, play_customer(model), longest=4),
    )
    return trial, model


async def test_the_model_plays_the_customer_until_it_says_that_it_is_done() -> None:
    trial, model = await simulated(["I want 990 ₽ back.", "Thank you!", STOP])
    assert trial.outcome == "pass"
    assert [line.text for line in trial.lines if line.role == "customer"] == [
        "I want 990 ₽ back.",
        "Thank you!",
    ]
    assert model.left == 0


async def test_the_customer_is_told_goal_facts_and_language_and_sees_agents_as_the_other_side() -> None:
    _, model = await simulated(["I want 990 ₽ back.", STOP])
    system, *rest = model.heard[-1]
    assert all(words in system.text for words in ("Get 990 ₽ back.", "P-1001", ": en.", STOP))
    assert [m.type for m in rest] == ["human", "ai", "human"]


async def test_a_customer_who_leaves_the_role_is_at_fault_not_the_agents() -> None:
    trial, _ = await simulated(["How can I help you today?", STOP], lambda _w, _t: "?")
    assert trial.outcome == "customer_fault"


async def test_a_customer_who_never_ends_is_at_fault_only_where_everything_is_done() -> None:
    script = [f"And please hurry, {word}!" for word in ("one", "two", "three", "four")]
    over, _ = await simulated(script)
    assert (over.outcome, over.problems) == (
        "customer_fault",
        ["the customer never ends, though everything is done"],
    )
    helpless, _ = await simulated(script, lambda _w, _t: "No.")
    assert helpless.outcome == "state_failed"


async def test_a_customer_who_says_nothing_is_at_fault() -> None:
    trial, _ = await simulated([STOP])
    assert trial.problems == ["the customer said nothing"]


async def test_a_forbidden_action_counts_also_where_the_customer_is_at_fault() -> None:
    trial, _ = await simulated(["As an AI, I want P-1001 back", STOP], never=[{"tool": "refund_payment"}])
    assert trial.outcome == "customer_fault"
    assert len(trial.forbidden) == 1


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (("Refund P-1001", "Done."), ""),
        (("Верните 990", "Платёж P-2002 от 5 сентября?", "Да, P-2002"), ""),
        (("Refund 1001 please", "?"), ""),
        (("Refund P-7777", "?"), "the customer invented a fact: 7777"),
        (("Refund", "Which one?", "The one of 1 990"), "the customer invented a fact: 1990"),
        (("Write to me@example.com", "?"), "the customer invented a fact: me@example.com"),
        (("Чем могу помочь?", "?"), "the customer left the role: чем могу помочь"),
        (("Refund!", "?", "Refund!", "?", "refund!", "?"), "the customer repeats itself: refund!"),
        (("Refund!", "?", "Refund!"), ""),
    ],
)
def test_faults_of_the_customer_are_told(said: tuple[str, ...], fault: str) -> None:
    assert fault_of(scenario(**GOAL), lines(*said)) == fault
