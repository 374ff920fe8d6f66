"""A desk over sets and routers of the test's own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from app.core.models import Decision, RouteQuery
from app.evaluation.passes import RunOptions
from app.evaluation.registry import Registry
from app.evaluation.runner import Target
from app.services.evaluation.runs import EvalDesk, RunOrder
from app.services.evaluation.service import EvaluationService, Remote

LABELS = ("tech_support", "sales", "supervisor")
Route = Callable[[RouteQuery], Awaitable[Decision]]


def nobody(address: str) -> Remote:
    raise AssertionError(f"{address} is not to be asked")


async def sells(query: RouteQuery) -> Decision:
    return Decision(agent="sales", confidence=0.8, source="lexical", reason=query.text)


class Gated:
    """Answers after `open`; `asked` counts."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.first = asyncio.Event()
        self.asked = 0

    async def route(self, query: RouteQuery) -> Decision:
        self.asked += 1
        if self.asked == 2:
            self.first.set()
            await self.gate.wait()
        return await sells(query)


def write(path: Path, *labels: str) -> None:
    rows = [{"id": f"c{n}", "text": f"message {n}", "label": label} for n, label in enumerate(labels)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def desk(root: Path, route: Route = sells, clock: Callable[[], float] = lambda: 0.0) -> EvalDesk:
    """With a set named some: sales, sales, supervisor."""
    if not (root / "sets" / "some.jsonl").exists():
        write(root / "sets" / "some.jsonl", "sales", "sales", "supervisor")
    targets = {"local": Target("local", route, LABELS, at_once=1)}
    registry = Registry(root / "storage" / "eval_runs")
    service = EvaluationService(targets, LABELS, nobody, registry=registry, folder=root / "sets")
    return EvalDesk(service, clock)


def order(*sets: str, router: str = "local", **options: int) -> RunOrder:
    return RunOrder(sets or ("some",), router, RunOptions(**options))  # type: ignore[arg-type]


async def finished(of: EvalDesk, run_id: str) -> str:
    """The state it ended in."""
    return [news.state async for news in of.follow(run_id)][-1]
