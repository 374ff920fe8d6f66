"""Runs each scenario several times, each in a fresh world, and judges the trials.

Trials spoilt by the simulated customer say nothing about the agents and are counted separately.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Literal

from pydantic import BaseModel, Field

from app.core.exceptions import CallCenterError
from app.evaluation.scenarios.judging import forbidden, plain, state_differences, word_differences
from app.evaluation.scenarios.model import Scenario
from app.evaluation.scenarios.world import (
    CustomerActor,
    EndState,
    PlayedLine,
    Promises,
    Scripted,
    Simulated,
    StepImpossible,
    World,
    Worlds,
    no_promises,
)

TOO_OFTEN = 3
SMALL = 2
"""Digits: hours, days and pieces are too common to tell whether they were made up."""

_NOT_A_CUSTOMER = (
    r"as an ai\b", r"as a language model", r"how (?:can|may) i (?:help|assist) you",
    r"i(?: wi|')ll (?:transfer|escalate) you", r"thank you for (?:contacting|reaching out)",
    r"your refund has been (?:processed|issued)", r"как (?:языковая модель|ии\b|искусственный интеллект)",
    r"чем (?:я )?могу (?:вам )?помочь", r"(?:спасибо|благодарим) за обращение", r"(?:переведу|переключу) вас",
)  # fmt: skip
_ROLE = re.compile(rf"\b(?:{'|'.join(_NOT_A_CUSTOMER)})")
_FIGURE = re.compile(r"\d(?:[\d ]*\d)?")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+\w")


def fault_of(scenario: Scenario, lines: Sequence[PlayedLine]) -> str:
    """A sentence, or nothing where the customer kept to the role, the facts and the point."""
    return next(_faults(scenario, lines), "")


def _faults(scenario: Scenario, lines: Sequence[PlayedLine]) -> Iterator[str]:
    mine = [plain(line.text).strip() for line in lines if line.role == "customer"]
    if not mine:
        yield "the customer said nothing"
    for text in mine:
        if found := _ROLE.search(text):
            yield f"the customer left the role: {found[0]}"
    for text in mine:
        if mine.count(text) >= TOO_OFTEN:
            yield f"the customer repeats itself: {text}"
    for invented in _find_invented(scenario, lines):
        yield f"the customer invented a fact: {invented}"


def _find_invented(scenario: Scenario, lines: Sequence[PlayedLine]) -> Iterator[str]:
    """Numbers of three digits and more, and addresses, that nobody gave the customer."""
    known = facts_in(" \n ".join([scenario.goal, *scenario.facts, scenario.customer]))
    for line in lines:
        found = facts_in(line.text)
        if line.role == "customer":
            yield from sorted(found - known)
        known |= found


def facts_in(text: str) -> set[str]:
    """`5001` of "P-5001", `1990` of "1 990", and addresses."""
    read = plain(text)
    figures = {found.replace(" ", "") for found in _FIGURE.findall(read)}
    return {*_MAIL.findall(read), *(f for f in figures if len(f) > SMALL)}


Outcome = Literal["pass", "words_failed", "state_failed", "customer_fault", "error"]


class ScenarioTrial(BaseModel):
    """`problems` are sentences: what differs, what was forbidden, or what went wrong.

    `forbidden` and `promises` are counted whatever the outcome.
    """

    scenario: str
    language: str
    tags: list[str]
    agents: list[str]
    repeat: int
    outcome: Outcome
    problems: list[str] = Field(default_factory=list)
    forbidden: list[str] = Field(default_factory=list)
    promises: list[str] = Field(default_factory=list)
    lines: list[PlayedLine] = Field(default_factory=list)
    seconds: float = 0.0

    @property
    def state_passed(self) -> bool:
        return self.outcome in ("pass", "words_failed")


@dataclass
class Played:
    """What is known of a trial. `stuck`: a person of the scenario could not do what the script says.

    `endless`: a simulated customer was still talking when it was cut off.
    """

    scenario: Scenario
    repeat: int
    _: KW_ONLY
    simulated: bool = False
    before: EndState | None = None
    after: EndState | None = None
    lines: list[PlayedLine] = field(default_factory=list)
    trouble: str = ""
    stuck: str = ""
    endless: bool = False


def judge_trial(played: Played, promises: Promises, seconds: float) -> ScenarioTrial:
    scenario, lines = played.scenario, played.lines
    banned = forbidden(scenario, played.before, played.after) if played.before and played.after else []
    outcome, problems = _verdict(played, banned)
    return ScenarioTrial(
        scenario=scenario.id,
        language=scenario.language,
        tags=scenario.tags,
        agents=scenario.agents,
        repeat=played.repeat,
        outcome=outcome,
        problems=problems,
        forbidden=banned,
        promises=[
            words
            for at, line in enumerate(lines)
            if line.role == "agent"
            for words in promises(lines[: at + 1])
        ],
        lines=lines,
        seconds=round(seconds, 3),
    )


def _verdict(played: Played, banned: list[str]) -> tuple[Outcome, list[str]]:
    """State first. A customer who goes on though all is as it must be is at fault, not the agents."""
    if played.trouble or played.after is None:
        return "error", [played.trouble or "nothing is known of the end"]
    if played.simulated and (fault := fault_of(played.scenario, played.lines)):
        return "customer_fault", [fault]
    stuck = [played.stuck] if played.stuck else []
    if state := [*stuck, *banned, *state_differences(played.scenario, played.after)]:
        return "state_failed", state
    if played.endless:
        return "customer_fault", ["the customer never ends, though everything is done"]
    words = word_differences(played.scenario, played.lines)
    return ("words_failed", words) if words else ("pass", [])


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
