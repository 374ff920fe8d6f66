"""Play every scenario so many times, each time in a world of its own, and write down what became of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.core.exceptions import CallCenterError
from app.evaluation.scenarios.model import Scenario
from app.evaluation.scenarios.trial import Played, ScenarioTrial, judge_trial
from app.evaluation.scenarios.world import (
    CustomerActor,
    Promises,
    Scripted,
    Simulated,
    StepImpossible,
    World,
    Worlds,
    no_promises,
)

log = logging.getLogger(__name__)
OnProgress = Callable[[int, int], None]
Customers = Callable[[Scenario], CustomerActor]


@dataclass(frozen=True, kw_only=True)
class ScenarioOptions:
    """`timeout` is seconds for one dialog, `total` for all of them."""

    repeat: int = 1
    concurrency: int = 4
    seed: int = 0
    timeout: float = 120.0
    total: float = 3600.0


def scripted(scenario: Scenario) -> CustomerActor:
    return Scripted(scenario.lines)


async def run(
    scenarios: Sequence[Scenario],
    worlds: Worlds,
    options: ScenarioOptions,
    customers: Customers = scripted,
    promises: Promises = no_promises,
    on_progress: OnProgress = lambda _done, _all: None,
) -> list[ScenarioTrial]:
    """In the order of the scenarios, repeats together. `on_progress` is told trials done and all."""
    player = _Player(
        worlds=worlds,
        options=options,
        customers=customers,
        promises=promises,
        ends=time.monotonic() + options.total,
    )
    places = asyncio.Semaphore(options.concurrency)
    wanted = [(scenario, repeat) for scenario in scenarios for repeat in range(options.repeat)]
    done = 0

    async def one(scenario: Scenario, repeat: int) -> ScenarioTrial:
        nonlocal done
        async with places:
            trial = await player.trial(scenario, repeat)
        done += 1
        on_progress(done, len(wanted))
        return trial

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(scenario, repeat)) for scenario, repeat in wanted]
    return [task.result() for task in tasks]


@dataclass(frozen=True, kw_only=True)
class _Player:
    """`ends` is when nobody begins or goes on any more, by the monotonic clock."""

    worlds: Worlds
    options: ScenarioOptions
    customers: Customers
    promises: Promises
    ends: float

    async def trial(self, scenario: Scenario, repeat: int) -> ScenarioTrial:
        began, customer = time.perf_counter(), self.customers(scenario)
        played = Played(scenario, repeat, simulated=isinstance(customer, Simulated))
        if self.patience <= 0:
            played.trouble = "the time for all trials was over"
            return judge_trial(played, self.promises, 0.0)
        try:
            async with self.worlds(scenario, self.options.seed + repeat) as world:
                await self._play(played, world, customer)
        except Exception as error:  # noqa: BLE001 - a recorded outcome
            played.trouble = played.trouble or _describe_error(error)
        return judge_trial(played, self.promises, time.perf_counter() - began)

    @property
    def patience(self) -> float:
        return min(self.options.timeout, self.ends - time.monotonic())

    async def _play(self, played: Played, world: World, customer: CustomerActor) -> None:
        """What happened before a failure is looked at too."""
        played.before = await world.state()
        try:
            async with asyncio.timeout(self.patience):
                await _converse(played.scenario, world, customer)
            played.endless = isinstance(customer, Simulated) and not customer.ended
        except TimeoutError:
            played.trouble = "the time for this dialog was over"
        except StepImpossible as error:
            played.stuck = str(error)
        finally:
            played.lines = await world.transcript()
            played.after = await world.state()


def _describe_error(error: Exception) -> str:
    """The sentence of a situation that we know; of any other error its kind, and a trace in the log."""
    if isinstance(error, (CallCenterError, OSError)):
        return str(error)
    log.debug("a dialog failed", exc_info=error)
    return f"unexpected: {type(error).__name__}"


async def _converse(scenario: Scenario, world: World, customer: CustomerActor) -> None:
    spoken = 0
    while text := await customer.next(await world.transcript()):
        await world.say(text)
        spoken += 1
        for step in scenario.steps_after(spoken):
            await world.operate(step)
