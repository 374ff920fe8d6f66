"""A call centre of a few lines: it answers by rule and does what the rule says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from app.evaluation.scenarios.model import Operation, Scenario
from app.evaluation.scenarios.world import EndState, PlayedLine, RecordedEffect, StepImpossible, World, Worlds

Rule = Callable[["PlayWorld", str], str | None]


class PlayWorld:
    """`rule` answers a line, and may change `now` and `others` as a back office would be changed."""

    def __init__(self, scenario: Scenario, rule: Rule, seed: int = 0) -> None:
        self.scenario, self.rule, self.seed = scenario, rule, seed
        self.now = EndState(records={name: {} for name in scenario.watched}, agent="supervisor")
        self.lines: list[PlayedLine] = []
        self.steps: list[str] = []

    async def say(self, text: str) -> str | None:
        await asyncio.sleep(0)
        self.lines.append(PlayedLine(role="customer", text=text))
        answer = self.rule(self, text)
        if answer is not None:
            self.lines.append(PlayedLine(role="agent", name="supervisor", text=answer))
        return answer

    async def operate(self, step: Operation) -> None:
        if step.do in ("approve", "reject"):
            raise StepImpossible("nothing waits for a person's word")
        self.steps.append(step.do)

    async def state(self) -> EndState:
        return self.now.model_copy(deep=True)

    async def transcript(self) -> list[PlayedLine]:
        return list(self.lines)

    def do(self, tool: str, status: str = "done", **arguments: Any) -> None:
        customer = self.scenario.customer
        self.now.effects.append(
            RecordedEffect(tool=tool, status=status, arguments=arguments, customer_id=customer)
        )


def worlds(rule: Rule, made: list[PlayWorld] | None = None, kind: type[PlayWorld] = PlayWorld) -> Worlds:
    @asynccontextmanager
    async def world(scenario: Scenario, seed: int) -> AsyncIterator[World]:
        play = kind(scenario, rule, seed)
        if made is not None:
            made.append(play)
        yield play

    return world


def scenario(**given: Any) -> Scenario:
    known = {
        "id": "s1",
        "language": "en",
        "tags": ["refund_payment"],
        "customer": "anna",
        "turns": ["Refund!"],
    }
    return Scenario.model_validate({**known, **given})


def refunded(world: PlayWorld, _text: str) -> str:
    world.do("refund_payment", payment="P-1", amount_rub=990)
    return "990 ₽ are on their way."


REFUND = {"effects": [{"tool": "refund_payment", "arguments": {"payment": "P-1"}}]}
