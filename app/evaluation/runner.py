"""Ask a router about every labelled turn, and write down what it said."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version

from app.core.company import in_use
from app.core.exceptions import CallCenterError, RoutingFailed
from app.core.models import Decision, RouteQuery, Usage
from app.evaluation.cases import CaseSet
from app.evaluation.passes import Key, RunOptions, Trial, passes_over
from app.evaluation.predictions import Cache, CachedAnswer, CaseOutcome, Prediction, Provenance, Run, SetFacts
from app.evaluation.registry import Registry, new_run_id

__all__ = ["NothingToRun", "RunOptions", "Target", "provenance_of", "run"]

log = logging.getLogger(__name__)
Route = Callable[[RouteQuery], Awaitable[Decision]]
OnProgress = Callable[[int, int], None]
FAILURES: dict[str, CaseOutcome] = {"unparsed": "unparsed", "timeout": "timeout"}


class NothingToRun(CallCenterError):
    status = 422
    code = "nothing_to_run"

    def __init__(self) -> None:
        super().__init__("No case of these sets matches the chosen slices and limit.")


@dataclass(frozen=True)
class Target:
    """A router under test. `route` raises RoutingFailed; an answer that is not in `labels` is unparsed.

    `session`, where given, makes a router for each pass over a case (True: a case of one customer line), for
    targets that keep the conversation themselves. `at_once` bounds concurrency where answers are computed
    in this process: a queue is not latency. `paid` answers are cached. Not `timed` is a router that remembers
    what it worked out before. `last_resort` is the label that it is costliest to miss.
    """

    name: str
    route: Route
    labels: tuple[str, ...]
    _: KW_ONLY
    model: str | None = None
    prompts: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    paid: bool = False
    at_once: int | None = None
    timed: bool = True
    session: Callable[[bool], Route] | None = None
    last_resort: str = field(default_factory=lambda: in_use().last_resort)

    def open_route(self, single: bool) -> Route:
        return self.session(single) if self.session else self.route


async def run(
    sets: Sequence[CaseSet],
    target: Target,
    options: RunOptions,
    registry: Registry,
    on_progress: OnProgress = lambda _done, _all: None,
    resume: Run | None = None,
) -> Run:
    """`resume` is an interrupted run of the same sets, target and options: what it holds is not asked again.

    Cancelled or killed, a run stays in the registry, unfinished. `on_progress` is told passes done and all.
    Raises NothingToRun where no case fits.
    """
    passes = passes_over(sets, options)
    if not passes:
        raise NothingToRun
    provenance = resume.provenance if resume else provenance_of(sets, target, options)
    if resume:
        await asyncio.to_thread(registry.mend, provenance.run_id)
    else:
        await asyncio.to_thread(registry.start, provenance)
    known = {p.key: p for p in resume.predictions} if resume else {}
    walker = _Walker(target, options, registry, provenance.run_id)
    await _walk_all(walker, passes, known, on_progress)
    predictions = [known[key] for each in passes for key in each.keys]
    now = datetime.now(UTC)
    provenance = await asyncio.to_thread(registry.finish, provenance.run_id, now, predictions)
    return Run(provenance=provenance, predictions=predictions)


def provenance_of(sets: Sequence[CaseSet], target: Target, options: RunOptions) -> Provenance:
    now = datetime.now(UTC)
    return Provenance(
        run_id=new_run_id(now),
        started=now,
        router=target.name,
        model=target.model,
        prompts=dict(target.prompts),
        sets=[SetFacts(name=s.name, digest=s.digest, cases=len(s.cases), turns=s.size) for s in sets],
        settings=dict(target.settings),
        version=version("call-center-agents"),
        seed=options.seed,
        repeat=options.repeat,
        teacher_forced=options.teacher_forced,
        perturbed=options.perturb,
        limit=options.limit,
        slices=dict(options.slices),
        labels=list(target.labels),
        last_resort=target.last_resort,
    )


async def _walk_all(
    walker: _Walker, passes: list[Trial], known: dict[Key, Prediction], on_progress: OnProgress
) -> None:
    """Fills `known`, some passes at once."""
    left = [each for each in passes if not known.keys() >= set(each.keys)]
    queue, done = iter(left), len(passes) - len(left)
    on_progress(done, len(passes))

    async def work() -> None:
        nonlocal done
        for each in queue:
            known.update({p.key: p for p in await walker.walk(each)})
            done += 1
            on_progress(done, len(passes))

    workers = [asyncio.create_task(work()) for _ in range(min(walker.at_once, len(left)))]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What came of one question; `decision` is None unless the outcome is `ok`."""

    outcome: str
    decision: Decision | None = None
    reason: str = ""
    seconds: float = 0.0
    timed: bool = True


class _Walker:
    def __init__(self, target: Target, options: RunOptions, registry: Registry, run_id: str) -> None:
        self._target = target
        self._options = options
        self._registry = registry
        self._run_id = run_id
        self._cache = _cache(target, registry) if target.paid and options.cached else None
        self.at_once = max(1, min(options.concurrency, target.at_once or options.concurrency))

    async def walk(self, way: Trial) -> list[Prediction]:
        """The customer's turns in order; all predictions of the pass are journalled in one write."""
        route = self._target.open_route(len(way.customer_turns) == 1)
        counted, found = set(way.counted_turns), []
        serving: str | None = None
        spent = Usage()  # by questions that are not scored, but tell who serves
        for nth, at in enumerate(way.customer_turns, 1):
            if at not in counted and not self._matters(way, at):
                serving = self._next(way, at, None, serving)
                continue
            asked = await self._ask(route, way.query(at, serving), way)
            if at in counted:
                asked = replace(asked, timed=asked.timed and self._target.timed)
                found.append(_prediction(way, at, nth, serving, asked, spent))
                spent = Usage()
            elif asked.decision:
                spent += asked.decision.usage
            serving = self._next(way, at, asked.decision, serving)
        await asyncio.to_thread(self._registry.append, self._run_id, *found)
        return found

    def _matters(self, way: Trial, at: int) -> bool:
        """Whether the answer to an unscored turn decides who serves next."""
        return at != way.customer_turns[-1] and self._told(way, at) is None

    def _next(self, way: Trial, at: int, decision: Decision | None, serving: str | None) -> str | None:
        """Who serves after this turn; a failed answer changes nobody."""
        return self._told(way, at) or (decision.agent if decision else serving)

    def _told(self, way: Trial, at: int) -> str | None:
        """Who serves after this turn by the transcript: its label when teacher-forced, else a named agent."""
        turn = way.case.turns[at]
        if self._options.teacher_forced and turn.expected:
            return turn.expected
        named: str | None = None
        for line in way.case.turns[at + 1 :]:
            if line.role == "customer":
                break
            named = line.agent or named
        return named

    async def _ask(self, route: Route, query: RouteQuery, way: Trial) -> _Asked:
        started = time.perf_counter()
        try:
            answer, asked_now = await self._answer(route, query, way.repeat)
        except RoutingFailed as failed:
            outcome = FAILURES.get(failed.outcome, "error")
            return _Asked(outcome=outcome, reason=failed.reason, seconds=time.perf_counter() - started)
        except Exception as error:  # a recorded outcome
            log.warning("case %s of %s: %s", way.case.id, way.set, type(error).__name__)
            log.debug("its trace", exc_info=error)
            seconds = time.perf_counter() - started
            return _Asked(outcome="error", reason=type(error).__name__, seconds=seconds)
        decision, seconds = answer.decision, answer.seconds
        if decision.agent not in self._target.labels:
            reason = "not a label of the roster"
            return _Asked(outcome="unparsed", reason=reason, seconds=seconds, timed=asked_now)
        return _Asked(
            outcome="ok", decision=decision, reason=decision.reason, seconds=seconds, timed=asked_now
        )

    async def _answer(self, route: Route, query: RouteQuery, repeat: int) -> tuple[CachedAnswer, bool]:
        """Also whether it was asked for now."""
        if self._cache and (kept := await asyncio.to_thread(self._cache.read, query, repeat)):
            return kept, False
        started = time.perf_counter()
        decision = await route(query)
        answer = CachedAnswer(decision=decision, seconds=time.perf_counter() - started)
        if self._cache:
            await asyncio.to_thread(self._cache.write, query, repeat, answer)
        return answer, True


def _cache(target: Target, registry: Registry) -> Cache:
    asker = {
        "router": target.name,
        "model": target.model,
        "prompts": dict(target.prompts),
        "settings": dict(target.settings),
    }
    return Cache(registry.root / "cache", asker)


def _prediction(
    way: Trial, at: int, nth: int, serving: str | None, asked: _Asked, spent: Usage
) -> Prediction:
    """A decision with neither scores nor confidence knows none: a black box often tells only who answers."""
    case, turn, decision = way.case, way.case.turns[at], asked.decision
    usage = spent + decision.usage if decision else spent
    unsure = decision is None or not (decision.scores or decision.confidence)
    right = decision is not None and decision.agent in turn.acceptable
    outcome = asked.outcome if decision is None else "ok" if right else "wrong"
    return Prediction.model_validate(
        {
            **case.model_dump(include={"lang", "industry", "tags", "difficulty"}),
            **turn.model_dump(include={"event", "expected", "acceptable"}),
            "case": case.id,
            "set": way.set,
            "group": way.group,
            "turn": at,
            "nth": nth,
            "repeat": way.repeat,
            "perturbation": way.perturbation,
            "text": way.texts[at],
            "before": _before(way, at),
            "serving": serving,
            "got": decision.agent if decision else None,
            "outcome": outcome,
            "confidence": None if unsure or decision is None else decision.confidence,
            "scores": decision.scores if decision else {},
            "source": decision.source if decision else None,
            "reason": asked.reason,
            "seconds": asked.seconds,
            "timed": asked.timed,
            "tokens": usage.total,
            "cost": usage.cost,
        }
    )


def _before(way: Trial, at: int) -> str:
    lines = way.query(at, None).turns[:-1]
    return "\n".join(f"{line.agent or line.role}: {line.content}" for line in lines)
