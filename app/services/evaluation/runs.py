"""Starts, follows, cancels, resumes and reads evaluation runs; a run continues without an observer."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from app.core.exceptions import CallCenterError
from app.evaluation.cases import CaseSet, home
from app.evaluation.passes import RunOptions, count_variants, passes_over
from app.evaluation.predictions import Provenance, Run
from app.evaluation.registry import JOURNAL, PROVENANCE
from app.evaluation.runner import NothingToRun, Target, provenance_of, run
from app.services.evaluation.service import BASELINE, EvaluationService, RouterUnknown
from app.services.evaluation.sets import SetShelf

if TYPE_CHECKING:
    from app.services.evaluation.reading import Opened, Prices

log = logging.getLogger(__name__)
EVERY = 0.3  # seconds between two pieces of news
State = Literal["running", "done", "interrupted", "failed"]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class RunProgress:
    """`total` counts cases and their `variants`: the same with typos, in capitals…

    `rate` is cases a second, `left` seconds, None until known; `problem` says why it failed.
    """

    run_id: str
    state: State = "running"
    done: int = 0
    total: int = 0
    rate: float | None = None
    left: float | None = None
    problem: str = ""
    variants: int = 0


@dataclass(eq=False)
class Job:
    """`clock` is monotonic. On the event loop."""

    run_id: str
    clock: Clock
    variants: int = 0
    now: RunProgress = field(init=False)
    task: asyncio.Task[Any] | None = field(default=None, init=False)
    _began: tuple[float, int] | None = field(default=None, init=False)
    _told: float = field(default=float("-inf"), init=False)
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def __post_init__(self) -> None:
        self.now = RunProgress(self.run_id, variants=self.variants)

    @property
    def running(self) -> bool:
        return self.now.state == "running"

    def tell(self, done: int, total: int) -> None:
        """Those who follow hear of it, but not more often than a person can read."""
        at = self.clock()
        began, before = self._began = self._began or (at, done)
        rate = (done - before) / (at - began) if at > began and done > before else None
        left = (total - done) / rate if rate else None
        self.now = replace(self.now, done=done, total=total, rate=rate, left=left)
        if at - self._told >= EVERY:
            self._told = at
            self._announce()

    def end(self, task: asyncio.Task[Any]) -> None:
        """The last news; what went wrong is kept in words."""
        if task.cancelled():
            self.now = replace(self.now, state="interrupted")
        elif (error := task.exception()) is None:
            self.now = replace(self.now, state="done")
        else:
            log.error("run %s failed", self.run_id, exc_info=error)
            problem = str(error) if isinstance(error, CallCenterError | OSError) else type(error).__name__
            self.now = replace(self.now, state="failed", problem=problem)
        self._announce()

    async def follow(self) -> AsyncIterator[RunProgress]:
        """How it stands, then each change; ends with the run."""
        while True:
            news = self._news
            yield self.now
            if not self.running:
                return
            await news.wait()

    def _announce(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


AT_ONCE, KEPT = 3, 8
Mark = tuple[tuple[int, int], ...]  # sizes and moments of a run's files: others are read anew
LIBRARIES = ("pandas", "scipy", "sklearn", "matplotlib", "jinja2")


class TooManyRuns(CallCenterError):
    status = 429
    code = "too_many_runs"

    def __init__(self) -> None:
        super().__init__(f"{AT_ONCE} evaluations are already running; wait for one or cancel one.")


class NotResumable(CallCenterError):
    status = 409
    code = "not_resumable"

    def __init__(self, run_id: str) -> None:
        super().__init__(f"Run {run_id} is finished, or its sets or router have changed; start a new run.")


@dataclass(frozen=True, slots=True)
class RunOrder:
    """`sets` are keys of the shelf, `router` one of `routers()`."""

    sets: Sequence[str]
    router: str
    options: RunOptions


@dataclass(eq=False)
class EvalDesk:
    """Runs belong to the desk, not to the page that started them. Everything lies beside the runs."""

    service: EvaluationService
    clock: Clock = time.monotonic
    libraries: Sequence[str] = LIBRARIES
    _jobs: dict[str, Job] = field(default_factory=dict, init=False)
    _opened: dict[str, tuple[Mark, Opened]] = field(default_factory=dict, init=False)

    @property
    def root(self) -> Path:
        return self.service.registry.root.parent

    @property
    def shelf(self) -> SetShelf:
        return SetShelf(home(self.service.folder), self.root, self.service.labels)

    def missing(self) -> list[str]:
        """Libraries of the `eval` extra that are not installed."""
        return [name for name in self.libraries if not find_spec(name)]

    def routers(self) -> list[str]:
        """Those that can be asked as the house is configured."""
        from app.evaluation.baselines import BASELINES  # noqa: PLC0415  (numpy, and scikit-learn behind it)

        usable = [name for name in BASELINES if name != "centroid" or self.service.embedder]
        return [*self.service.targets, *(f"{BASELINE}{name}" for name in usable)]

    async def start(self, order: RunOrder) -> str:
        """The id of the run, which goes on. Raises SetUnknown, SetInvalid, RouterUnknown, NothingToRun…"""
        sets = await asyncio.to_thread(self.shelf.read, order.sets)
        return await self._begin(sets, order.router, order.options, None)

    async def resume(self, name: str) -> str:
        """Goes on with an interrupted run. Raises RunNotFound, SetChanged, NotResumable."""
        known = await asyncio.to_thread(self.service.registry.load, name)
        p = known.provenance
        if (job := self._jobs.get(p.run_id)) and job.running:
            return p.run_id
        sets = [await asyncio.to_thread(self.shelf.same, facts) for facts in p.sets]
        options = RunOptions(
            repeat=p.repeat,
            limit=p.limit,
            slices=p.slices,
            seed=p.seed,
            perturb=p.perturbed,
            teacher_forced=p.teacher_forced,
        )
        return await self._begin(sets, p.router, options, known)

    async def _begin(self, sets: list[CaseSet], router: str, options: RunOptions, known: Run | None) -> str:
        if router not in self.routers():
            raise RouterUnknown(router, f"the routers here are {', '.join(self.routers())}")
        if sum(job.running for job in self._jobs.values()) >= AT_ONCE:
            raise TooManyRuns
        passes = await asyncio.to_thread(passes_over, sets, options)
        if not passes:
            raise NothingToRun
        async with AsyncExitStack() as stack:
            target = await stack.enter_async_context(self.service.target(router))
            begun = await asyncio.to_thread(self._registered, provenance_of(sets, target, options), known)
            job = Job(begun.provenance.run_id, self.clock, count_variants(passes))
            self._jobs[job.run_id] = job
            job.task = asyncio.create_task(self._work(job, sets, target, options, begun, stack.pop_all()))
            job.task.add_done_callback(job.end)
        self._forget()
        return job.run_id

    def _forget(self) -> None:
        """All but the last of what has ended."""
        ended = [run_id for run_id, job in self._jobs.items() if not job.running]
        for run_id in ended[:-KEPT]:
            del self._jobs[run_id]

    def _registered(self, provenance: Provenance, known: Run | None) -> Run:
        """A run of the registry without answers, or the interrupted one that is just like it."""
        if known is None:
            self.service.registry.start(provenance)
            return Run(provenance=provenance, predictions=[])
        begun = self.service.registry.unfinished(provenance) if known.provenance.finished is None else None
        if begun is None or ((job := self._jobs.get(begun.provenance.run_id)) and job.running):
            raise NotResumable(known.provenance.run_id)
        return begun

    async def _work(
        self,
        job: Job,
        sets: list[CaseSet],
        target: Target,
        options: RunOptions,
        begun: Run,
        stack: AsyncExitStack,
    ) -> None:
        async with stack:
            done = await run(sets, target, options, self.service.registry, job.tell, begun)
            await asyncio.to_thread(self._publish, done)

    def _publish(self, done: Run) -> None:
        from app.evaluation.costs import CostMatrix  # noqa: PLC0415
        from app.evaluation.exports import write_all  # noqa: PLC0415
        from app.evaluation.report import build_report  # noqa: PLC0415  (scipy)

        folder = self.service.registry.folder(done.provenance.run_id)
        write_all(build_report(done, CostMatrix()), done, folder)

    async def follow(self, run_id: str) -> AsyncIterator[RunProgress]:
        """Nothing for a run that is not of this desk's making."""
        if job := self._jobs.get(run_id):
            async for news in job.follow():
                yield news

    def progress(self, run_id: str) -> RunProgress | None:
        job = self._jobs.get(run_id)
        return job.now if job else None

    async def cancel(self, run_id: str) -> None:
        """It can be resumed. Done when it has stopped."""
        job = self._jobs.get(run_id)
        if job and job.task and job.running:
            job.task.cancel()
            await asyncio.wait([job.task])

    async def stop(self) -> None:
        for run_id in list(self._jobs):
            await self.cancel(run_id)

    async def open(self, name: str) -> Opened:
        """The run and its report at the default prices. Raises RunNotFound."""
        run_id, mark = await asyncio.to_thread(self._standing, name)
        known = self._opened.get(run_id)
        if known is None or known[0] != mark:
            known = self._opened[run_id] = (mark, await asyncio.to_thread(self._read, run_id))
            for old in list(self._opened)[:-KEPT]:
                del self._opened[old]
        return known[1]

    def _standing(self, name: str) -> tuple[str, Mark]:
        run_id = self.service.registry.resolve(name)
        files = [self.service.registry.folder(run_id) / name for name in (PROVENANCE, JOURNAL)]
        found = [path.stat() for path in files if path.exists()]
        return run_id, tuple((each.st_size, each.st_mtime_ns) for each in found)

    def _read(self, run_id: str) -> Opened:
        from app.services.evaluation.reading import open_run  # noqa: PLC0415  (scipy)

        return open_run(self.service.registry.load(run_id))

    async def file(self, name: str, file: str, prices: Prices) -> str:
        """What one of `exports.FILES` holds, made for whoever asks. Raises RunNotFound."""
        return await asyncio.to_thread(self._file, await self.open(name), file, prices)

    def _file(self, known: Opened, file: str, prices: Prices) -> str:
        from app.evaluation.exports import file_of  # noqa: PLC0415
        from app.services.evaluation.reading import priced  # noqa: PLC0415  (scipy)

        return file_of(file, priced(known.report, prices), known.run)
