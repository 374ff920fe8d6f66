"""A router that answers by rule and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.core.models import Decision, RouteQuery, Usage
from app.evaluation.cases import Case, CaseSet
from app.evaluation.passes import RunOptions
from app.evaluation.predictions import Run
from app.evaluation.registry import Registry
from app.evaluation.runner import Target, run

LABELS = ("tech_support", "sales", "supervisor")
Rule = Callable[[RouteQuery], str | Exception]


class Scripted:
    """`rule` gives the agent, or the error to raise."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.asked: list[RouteQuery] = []

    async def route(self, query: RouteQuery) -> Decision:
        self.asked.append(query)
        answer = self.rule(query)
        if isinstance(answer, Exception):
            raise answer
        return Decision(agent=answer, confidence=0.9, source="llm", usage=Usage(input_tokens=5, cost=0.25))

    def target(self, paid: bool = False) -> Target:
        return Target("scripted", self.route, LABELS, model="m", prompts={"router": "abc"}, paid=paid)


def always(agent: str) -> Scripted:
    return Scripted(lambda _: agent)


def message(number: int, label: str, text: str = "", **more: object) -> Case:
    turn = {"role": "customer", "content": text or f"message {number}", "expected": label}
    return Case.model_validate({"id": f"c{number:03}", "turns": [turn], **more})


def messages(*labels: str) -> CaseSet:
    return CaseSet(name="some", cases=[message(n, label) for n, label in enumerate(labels)])


async def measured(router: Scripted, cases: CaseSet, root: Path, **options: object) -> Run:
    return await run([cases], router.target(), RunOptions(**options), Registry(root))  # type: ignore[arg-type]
