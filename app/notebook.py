"""The workbench for notebooks. Tables are in evaluation/frames.py, figures in evaluation/plots.py.

from app import notebook
desk = notebook.open_desk()
run = await desk.run("dev_ru", router="local")
desk.write(desk.report(run), run)
"""

from __future__ import annotations

import asyncio
import os
import warnings
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display

from app.core.config import load_settings
from app.evaluation import corrections
from app.evaluation.calibration import CascadePoint
from app.evaluation.cases import SETS, Case, CaseSet, part
from app.evaluation.compare import compare
from app.evaluation.corrections import Correction
from app.evaluation.costs import CostMatrix, load_costs
from app.evaluation.exports import write_all
from app.evaluation.importers import write_set
from app.evaluation.passes import RunOptions
from app.evaluation.predictions import Run
from app.evaluation.report import Report, build_report
from app.evaluation.runner import OnProgress
from app.main import prepare_environment
from app.services.evaluation.sets import CORRECTED, FOLDERS, NAME
from app.services.workbench import Workbench
from app.telemetry.logs import configure_logging

with warnings.catch_warnings():  # of a library that would like to draw progress bars
    warnings.filterwarnings("ignore", "IProgress not found")
    from app.bootstrap import build
    from app.bootstrap.model import serve_mock_provider
    from app.bootstrap.training import TEAM_VERSIONS, TrainedVersion, TrainingRequest, promote, train_version

MOCK_MODEL = "mock-model"


@dataclass(frozen=True)
class Desk:
    """An open workbench. Runs and reports are stored where `call-center eval` stores them."""

    bench: Workbench

    @property
    def _storage(self) -> Path:
        return self.bench.evaluation.registry.root.parent

    @property
    def _corrections(self) -> Path:
        """The file of the workbench in the browser too."""
        return self._storage / NAME

    async def run(self, *sets: str | Path, router: str, **options: Any) -> Run:
        """`sets` are names in eval_sets/ or paths; `options` fields of RunOptions: limit, repeat, perturb…"""
        names, chosen = [str(name) for name in sets], RunOptions(**options)
        with _progress() as advance:
            return await self.bench.evaluation.run(names, router, chosen, advance)

    def read(self, name: str | Path) -> CaseSet:
        return self.bench.evaluation.read([str(name)])[0]

    def correct(self, name: str, labels: Mapping[str, tuple[str, str]], who: str) -> list[Correction]:
        """`labels` maps `case` or `case:turn` to (label, reason). Raises CorrectionRefused."""
        cases, legal = self.read(name), self.bench.agents
        return [
            corrections.correct(self._corrections, cases, key, label, why, who, legal)
            for key, (label, why) in labels.items()
        ]

    def confirm(self, name: str, keys: Iterable[str], who: str) -> list[Correction]:
        """`who` must not be the author of the correction. Raises CorrectionRefused."""
        cases = self.read(name)
        return [corrections.confirm(self._corrections, cases, key, who) for key in keys]

    def corrections(self) -> list[Correction]:
        return corrections.read(self._corrections)

    def corrected(self, name: str) -> Path:
        """Writes the set with its confirmed labels to a file of the same name."""
        return keep(
            corrections.apply(self.read(name), self.corrections()).cases,
            self._storage / FOLDERS[CORRECTED] / f"{name}.jsonl",
        )

    async def train(
        self, *extra: str | Path, on: Sequence[str | Path] = (), lines: str | Path | None = None
    ) -> TrainedVersion:
        """A new version, compared with the router in use. Takes the same files as `call-center train`.

        Raises TrainingRefused or SetInvalid.
        """
        request = TrainingRequest(
            lines=Path(lines) if lines else part("train"),
            in_use=self.bench.settings.router_artefact,
            runs=self.bench.settings.eval_runs,
            extra=[Path(path) for path in extra],
            on=[str(name) for name in on],
        )
        with _progress() as advance:
            return await asyncio.to_thread(
                train_version, request, lambda _step: nullcontext(advance), lambda _sentence: None
            )

    def promote(self, version: str, force: bool = False) -> str:
        """As `call-center routers --use`. Raises PromotionRefused, VersionNotFound, SettingInvalid."""
        promote(TEAM_VERSIONS, version, force)
        return f"{version} is used from the next start on."

    def load(self, run_id: str = "latest") -> Run:
        return self.bench.evaluation.registry.load(run_id)

    def report(self, run: Run, baseline: Run | None = None, costs: str | Path | None = None) -> Report:
        """With a baseline the report says whether `run` is better; `costs` is a file of prices."""
        prices = load_costs(Path(costs), self.bench.agents) if costs else CostMatrix()
        return build_report(run, prices, compare(baseline, run) if baseline else None)

    def write(self, report: Report, run: Run) -> Path:
        """The path of the HTML page; the other files of `call-center eval run` are written next to it."""
        folder = self.bench.evaluation.registry.folder(run.provenance.run_id)
        write_all(report, run, folder)
        return folder / "report.html"


def open_desk(**settings: object) -> Desk:
    """Changes to the working copy: paths mean what they mean to the command line. Raises SettingInvalid."""
    root = _working_copy(Path.cwd())
    os.chdir(root)
    prepare_environment()
    known = load_settings(**settings)
    configure_logging("ERROR", known.environment == "production")
    return Desk(build(known))


@asynccontextmanager
async def open_with_model(**settings: object) -> AsyncIterator[Desk]:
    """With the configured provider; without one, with the mock provider, whose prices are invented."""
    os.chdir(_working_copy(Path.cwd()))
    configured = load_settings(router="local").has_provider
    with nullcontext() if configured else serve_mock_provider() as url:
        mock: Mapping[str, object] = {"openai_base_url": url, "openai_model": MOCK_MODEL} if url else {}
        desk = open_desk(**mock, **settings)
        try:
            yield desk
        finally:
            await desk.bench.release()


def best(points: Sequence[CascadePoint], loss: float = 0.0) -> CascadePoint:
    """The point that saves most calls at an accuracy at most `loss` below the best. Use a development set."""
    top = max(p.accuracy for p in points)
    return max((p for p in points if p.accuracy >= top - loss), key=lambda p: (p.calls_saved, -p.threshold))


def split(cases: Sequence[Case], parts: int = 2) -> list[list[Case]]:
    """Stratified: each part gets its share of every label, in order."""
    ordered = sorted(cases, key=lambda case: str(case.turns[-1].expected))
    return [ordered[at::parts] for at in range(parts)]


def keep(cases: Sequence[Case], path: str | Path) -> Path:
    """Writes a set that `Desk.run` and `call-center eval run` accept by its path."""
    write_set(cases, Path(path))
    return Path(path)


def _working_copy(start: Path) -> Path:
    """The nearest folder upwards that holds labelled sets, else `start`."""
    return next((folder for folder in (start, *start.parents) if (folder / SETS).is_dir()), start)


@contextmanager
def _progress() -> Iterator[OnProgress]:
    """One line under the cell, updated each per cent; nothing outside a notebook."""
    line: Any = display({"text/plain": ""}, raw=True, display_id=True) if get_ipython() else None  # type: ignore[no-untyped-call]

    def advance(done: int, total: int) -> None:
        if line and (done == total or done % max(1, total // 100) == 0):
            line.update({"text/plain": f"{done} of {total}"}, raw=True)

    yield advance
