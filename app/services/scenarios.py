"""Scenarios played in whole call centres of their own, through the same services as the REST API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.agents.grounding import unsupported
from app.agents.grounding.reply import evidence_of
from app.agents.orchestrator import Orchestrator
from app.agents.state import start
from app.core.backoffice import Visit
from app.core.models import Case, Said
from app.evaluation.scenarios.customer import Ask, Customer, Scripted, Simulated
from app.evaluation.scenarios.fixtures import Row
from app.evaluation.scenarios.model import Scenario
from app.evaluation.scenarios.runner import OnProgress, Options, run
from app.evaluation.scenarios.trial import Trial
from app.evaluation.scenarios.world import Line, World
from app.services.scenario_world import BenchWorld
from app.services.workbench import Workbench

Clock = Callable[[], datetime]
Factory = Callable[[Path], Workbench]
"""Builds a workbench whose dialogs and records lie in the folder."""
Stage = Callable[[Path, Iterable[Row], datetime], None]
"""Puts the records of a scenario into the folder, before the workbench is built on it."""


@dataclass
class ScenarioService:
    """`clock` is the one that the workbenches are built with; all of them have the same knowledge."""

    factory: Factory
    stage: Stage
    clock: Clock
    _house: Orchestrator | None = field(default=None, init=False)

    async def run(
        self,
        scenarios: Sequence[Scenario],
        options: Options,
        ask: Ask | None = None,
        on_progress: OnProgress = lambda _done, _all: None,
    ) -> list[Trial]:
        """With `ask` the customer is simulated wherever a scenario has a goal."""

        def customer(scenario: Scenario) -> Customer:
            if ask is None or not scenario.goal:
                return Scripted(scenario.lines)
            return Simulated(scenario, ask)

        played = [s for s in scenarios if s.lines or ask is not None]
        return await run(played, self.world, options, customer, self.promises, on_progress)

    def world(self, scenario: Scenario, _seed: int) -> AbstractAsyncContextManager[World]:
        return self._world(scenario)

    @asynccontextmanager
    async def _world(self, scenario: Scenario) -> AsyncIterator[World]:
        with TemporaryDirectory(prefix="scenario-", ignore_cleanup_errors=True) as name:
            bench = await asyncio.to_thread(self._build, Path(name), scenario)
            await bench.start()
            try:
                yield BenchWorld(bench, scenario)
            finally:
                await bench.stop()

    def _build(self, folder: Path, scenario: Scenario) -> Workbench:
        now = self.clock()
        rows = [before.only.row(scenario.customer, now) for before in scenario.before]
        self.stage(folder, rows, now)
        bench = self.factory(folder)
        self._house = bench.dialogs.turns.orchestrator
        return bench

    def promises(self, lines: list[Line]) -> list[str]:
        """What the last line claims without support, by the ledger that replies are checked with."""
        *earlier, last = lines
        agent = next((a for a in self._house.roster if a.name == last.name), None) if self._house else None
        if self._house is None or agent is None:
            return []
        case = Case(
            visit=Visit(dialog_id="", seq=0, customer_id=""),
            used=[use for line in earlier for use in line.tools],
            cited=[name for line in lines for name in line.cited],
            transferred=any(line.handed for line in lines),
        )
        state = start([_said(line) for line in earlier], None, case, None)
        state["tools"] = last.tools
        evidence = evidence_of(agent, state, self._house.desk.knowledge, self.clock())
        return [claim.text for claim in unsupported(last.text, evidence, state["language"])]


def _said(line: Line) -> Said:
    if line.role == "customer":
        return Said(role="customer", content=line.text)
    return Said(role="agent", content=line.text, agent=line.name)
