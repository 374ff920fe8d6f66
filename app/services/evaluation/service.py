"""Measuring a router by its name over labelled sets by their names."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from app.core.config import Settings
from app.core.exceptions import CallCenterError
from app.core.models import Decision, RouteQuery
from app.core.ports import Embedder
from app.evaluation.cases import SETS, CaseSet, SetInvalid, find, home, part, read_set
from app.evaluation.predictions import Run
from app.evaluation.registry import Registry
from app.evaluation.retrieval import is_questions
from app.evaluation.runner import OnProgress, RunOptions, Target, provenance_of, run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

RUNS: Path = Settings.model_fields["eval_runs"].default
BASELINE, URL = "baseline:", "url:"
Route = Callable[[RouteQuery], Awaitable[Decision]]


class RouterUnknown(CallCenterError):
    status = 422
    code = "router_unknown"

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"Router {name}: {problem}.")


NO_SETS = (
    "this installation holds no sets: put JSONL files into the folder eval_sets, "
    "or make a set of your own messages with `call-center eval import`"
)


class SetUnknown(CallCenterError):
    status = 422
    code = "set_unknown"

    def __init__(self, name: str, known: Sequence[str]) -> None:
        listed = f"available sets: {', '.join(known)}" if known else NO_SETS
        super().__init__(f"Set {name}: no such file or set; {listed}.")


class Remote(Protocol):
    """Another service under test."""

    def session(self, single: bool) -> Route: ...

    async def route(self, query: RouteQuery) -> Decision: ...

    async def aclose(self) -> None: ...


@dataclass(frozen=True)
class EvaluationService:
    """`targets` are the routers of this house that can be asked as it is configured."""

    targets: Mapping[str, Target]
    labels: tuple[str, ...]
    remote: Callable[[str], Remote]
    embedder: Embedder | None = None
    registry: Registry = field(default_factory=lambda: Registry(RUNS))
    folder: Path = SETS

    async def run(
        self,
        sets: Sequence[str],
        router: str,
        options: RunOptions,
        on_progress: OnProgress = lambda _done, _all: None,
        resume: bool = False,
    ) -> Run:
        """`router` is local, llm, cascade, baseline:NAME or url:http://…; `sets` are names or paths.

        With `resume` the latest interrupted run of the same things goes on, if there is one.
        Raises SetUnknown, SetInvalid, RouterUnknown or NothingToRun.
        """
        read = await asyncio.to_thread(self.read, sets)
        async with self.target(router) as target:
            like = provenance_of(read, target, options)
            begun = await asyncio.to_thread(self.registry.unfinished, like) if resume else None
            return await run(read, target, options, self.registry, on_progress, begun)

    def read(self, names: Sequence[str]) -> list[CaseSet]:
        sets = [read_set(self._path(name), self.labels) for name in names]
        for case_set in sets:
            if [s.name for s in sets].count(case_set.name) > 1:
                raise SetInvalid(case_set.name, 0, "two chosen sets have this name")
        return sets

    def available(self) -> list[str]:
        """Names of the sets in the folder."""
        return sorted(path.stem for path in home(self.folder).glob("*.jsonl") if not is_questions(path))

    def _path(self, name: str) -> Path:
        path = find(name, self.folder)
        if path is None:
            raise SetUnknown(name, self.available())
        return path

    @asynccontextmanager
    async def target(self, router: str) -> AsyncIterator[Target]:
        if router.startswith(URL):
            async with self._remote(router) as target:
                yield target
        elif router.startswith(BASELINE):
            yield await asyncio.to_thread(self._baseline, router)
        elif router in self.targets:
            yield self.targets[router]
        elif router in ("llm", "cascade"):
            raise RouterUnknown(router, "it needs OPENAI_API_KEY or OPENAI_BASE_URL")
        else:
            raise RouterUnknown(router, "give local, llm, cascade, baseline:NAME or url:http://…")

    @asynccontextmanager
    async def _remote(self, router: str) -> AsyncIterator[Target]:
        address = router.removeprefix(URL)
        if not _is_address(address):
            raise RouterUnknown(router, "the address must be like url:http://localhost:8000")
        remote = self.remote(address)
        try:
            yield Target(router, remote.route, self.labels, session=remote.session)
        finally:
            await remote.aclose()

    def _baseline(self, router: str) -> Target:
        """Fits it, from the training lines beside the sets: slow. CPU-bound."""
        from app.evaluation.baselines import baseline  # noqa: PLC0415  (scikit-learn)

        name = router.removeprefix(BASELINE)
        train = self.folder / "train" if self.folder != SETS else part("train")
        route = baseline(name, train, self.embedder)
        return Target(router, route, self.labels, settings={"train": str(self.folder / "train")}, at_once=1)


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
