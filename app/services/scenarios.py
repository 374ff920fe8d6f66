"""Plays each scenario in an application of its own, through the services that the REST API uses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from app.agents.grounding import unsupported
from app.agents.grounding.reply import evidence_of
from app.agents.orchestrator import Orchestrator
from app.agents.state import start
from app.core.backoffice import ActionApproval, ActionContext, Effect
from app.core.dialog import Dialog, Message
from app.core.exceptions import CallCenterError
from app.core.models import Said, TurnContext
from app.core.ports import BackOffice
from app.evaluation.scenarios import world as seen
from app.evaluation.scenarios.fixtures import Row
from app.evaluation.scenarios.model import Operation, Scenario
from app.evaluation.scenarios.trial import OnProgress, ScenarioOptions, ScenarioTrial, run
from app.evaluation.scenarios.world import Ask, CustomerActor, PlayedLine, Scripted, Simulated, World
from app.services.workbench import Workbench

T = TypeVar("T")


@dataclass
class BenchWorld:
    """The dialog begins with the first line of the customer."""

    bench: Workbench
    scenario: Scenario
    dialog_id: str = ""

    async def say(self, text: str) -> str | None:
        dialogs = self.bench.dialogs
        if self.dialog_id:
            outcome = await dialogs.send(self.dialog_id, text)
        else:
            outcome = await dialogs.create(self.scenario.customer, text)
            self.dialog_id = str(outcome.body["dialog_id"])
        response = outcome.body["response"]
        return None if response is None else str(response)

    async def operate(self, step: Operation) -> None:
        """Raises StepImpossible."""
        try:
            await self._operate(step)
        except CallCenterError as error:
            raise seen.StepImpossible(f"{step.by} cannot {step.do}: {error}") from error

    async def _operate(self, step: Operation) -> None:
        operators = self.bench.operators
        match step.do:
            case "take_over":
                await operators.take_over(self.dialog_id, step.by, step.text)
            case "reply":
                await operators.reply(self.dialog_id, step.by, step.text)
            case "hand_back":
                await operators.hand_back(self.dialog_id, step.by, step.text, step.agent)
            case "approve" | "reject":
                await operators.decide(await self._waiting(), step.do == "approve", step.by, step.text)

    async def _waiting(self) -> str:
        """The approval that has waited longest in this dialog."""
        pending = [
            a
            for a in await self._ask(lambda o: o.approvals("pending"))
            if a.origin.dialog_id == self.dialog_id
        ]
        if not pending:
            raise seen.StepImpossible("nothing waits for a person's word")
        return min(pending, key=lambda a: (a.requested_at, a.number)).number

    async def transcript(self) -> list[seen.PlayedLine]:
        dialog = await self._dialog()
        return [_line(message) for message in dialog.messages] if dialog else []

    async def state(self) -> seen.EndState:
        records = {name: await self._ask(partial(_records, name)) for name in self.scenario.watched}
        dialog = await self._dialog()
        if dialog is None:
            return seen.EndState(records=records)
        effects = await self._ask(lambda o: o.effects(dialog.dialog_id))
        spoken = [m.agent_type for m in dialog.messages if m.turn]
        return seen.EndState(
            effects=[_effect(effect) for effect in effects],
            records=records,
            first_agent=spoken[0] if spoken else None,
            agent=dialog.assigned_agent,
            handler=dialog.handler,
            status=dialog.status,
            escalated=dialog.escalated,
        )

    async def _dialog(self) -> Dialog | None:
        return await self.bench.dialogs.store.read(self.dialog_id) if self.dialog_id else None

    async def _ask(self, question: Callable[[BackOffice], T]) -> T:
        office = self.bench.operators.office
        if office is None:
            raise seen.StepImpossible("this call centre has no back office")
        return await asyncio.to_thread(question, office)


def _records(customer_id: str, office: BackOffice) -> seen.Records:
    account = office.account(customer_id)
    approvals = [a for a in office.approvals(None) if a.origin.customer_id == customer_id]
    return {
        "subscription": _dump([account.subscription] if account and account.subscription else []),
        "device": _dump(account.devices if account else []),
        "payment": _dump(office.payments(customer_id)),
        "order": _dump(office.orders(customer_id)),
        "ticket": _dump(office.tickets(customer_id)),
        "call": _dump(office.calls(customer_id)),
        "approval": [_approval(a) for a in approvals],
    }


def _dump(records: Any) -> list[dict[str, Any]]:
    return [record.model_dump(mode="json") for record in records]


def _approval(approval: ActionApproval) -> dict[str, Any]:
    return approval.model_dump(mode="json", exclude={"origin"})


def _effect(effect: Effect) -> seen.RecordedEffect:
    return seen.RecordedEffect(
        tool=effect.tool,
        status=effect.outcome.status,
        reason=effect.outcome.reason,
        arguments=effect.arguments,
        customer_id=effect.customer_id,
        by_person=effect.decided_by is not None,
    )


def _line(message: Message) -> seen.PlayedLine:
    if message.role == "customer":
        return seen.PlayedLine(role="customer", text=message.content)
    if message.by is not None:
        return seen.PlayedLine(role="operator", text=message.content, name=message.by)
    turn = message.turn
    return seen.PlayedLine(
        role="agent",
        text=message.content,
        name=message.agent_type or "",
        tools=turn.tools if turn else [],
        cited=turn.citations if turn else [],
        handed=bool(turn and turn.hops),
    )


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
    _orchestrator: Orchestrator | None = field(default=None, init=False)

    async def run(
        self,
        scenarios: Sequence[Scenario],
        options: ScenarioOptions,
        ask: Ask | None = None,
        on_progress: OnProgress = lambda _done, _all: None,
    ) -> list[ScenarioTrial]:
        """With `ask` the customer is simulated wherever a scenario has a goal."""

        def customer(scenario: Scenario) -> CustomerActor:
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
        self._orchestrator = bench.dialogs.orchestrator
        return bench

    def promises(self, lines: list[PlayedLine]) -> list[str]:
        """What the last line claims without support, by the ledger that replies are checked with."""
        *earlier, last = lines
        agent = (
            next((a for a in self._orchestrator.roster if a.name == last.name), None)
            if self._orchestrator
            else None
        )
        if self._orchestrator is None or agent is None:
            return []
        case = TurnContext(
            origin=ActionContext(dialog_id="", seq=0, customer_id=""),
            used=[use for line in earlier for use in line.tools],
            cited=[name for line in lines for name in line.cited],
            transferred=any(line.handed for line in lines),
        )
        state = start([_as_said(line) for line in earlier], None, case, None)
        state["tools"] = last.tools
        evidence = evidence_of(agent, state, self._orchestrator.context, self.clock())
        return [claim.text for claim in unsupported(_spoken(last), evidence, state["language"])]


def _spoken(line: PlayedLine) -> str:
    """Without the question of a proposal: it promises nothing, it asks."""
    asked = (json.loads(use.result).get("question", "") for use in line.tools if use.status == "proposed")
    return line.text.removesuffix(next(asked, ""))


def _as_said(line: PlayedLine) -> Said:
    if line.role == "customer":
        return Said(role="customer", content=line.text)
    return Said(role="agent", content=line.text, agent=line.name)
