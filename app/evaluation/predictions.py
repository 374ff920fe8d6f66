"""The prediction for a labelled turn, a run of many, and the cache of paid answers, without failures."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from app.core import durable
from app.core.company import in_use
from app.core.models import Decision, RouteQuery, Source
from app.core.stats import Interval, clustered


class CachedAnswer(BaseModel):
    """`seconds` is what the answer took when it was given."""

    decision: Decision
    seconds: float


@dataclass(frozen=True)
class Cache:
    """`asker` is the router's kind, model, prompt fingerprints and settings: another one asks anew."""

    root: Path
    asker: Mapping[str, object]

    def read(self, query: RouteQuery, repeat: int) -> CachedAnswer | None:
        try:
            return CachedAnswer.model_validate_json(self._path(query, repeat).read_bytes())
        except (OSError, ValidationError):
            return None

    def write(self, query: RouteQuery, repeat: int, answer: CachedAnswer) -> None:
        path = self._path(query, repeat)
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.write(path, answer.model_dump_json())

    def _path(self, query: RouteQuery, repeat: int) -> Path:
        key = {"asker": dict(self.asker), "query": query.model_dump(), "repeat": repeat}
        name = sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
        return self.root / name[:2] / f"{name}.json"


CaseOutcome = Literal["ok", "wrong", "unparsed", "timeout", "error"]


class Prediction(BaseModel):
    """One labelled turn of one case. `got` is None unless the router answered; times are seconds.

    `turn` is the position in the case, `nth` counts the customer's turns from 1, `serving` is who served
    before. `key` names the case, turn, repeat and perturbation, and pairs predictions of two runs. Where not
    `timed` the answer, or a part of its work, was remembered from before: `seconds` tell nothing of latency.
    Cases of one `group` are the same words of a customer in two places.
    """

    case: str
    set: str
    group: str = ""
    turn: int
    nth: int
    repeat: int = 0
    perturbation: str | None = None
    lang: str
    industry: str
    tags: list[str] = Field(default_factory=list)
    difficulty: str = "plain"
    event: str | None = None
    text: str
    before: str = ""
    serving: str | None = None
    expected: str
    acceptable: list[str]
    got: str | None = None
    outcome: CaseOutcome
    confidence: float | None = None
    scores: dict[str, float] = Field(default_factory=dict)
    source: Source | None = None
    reason: str = ""
    seconds: float = 0.0
    timed: bool = True
    tokens: int = 0
    cost: float = 0.0

    @property
    def key(self) -> tuple[str, str, int, int, str]:
        return (self.set, self.case, self.turn, self.repeat, self.perturbation or "")

    @property
    def covered(self) -> bool:
        """The router answered, rightly or wrongly."""
        return self.outcome in ("ok", "wrong")

    @property
    def right(self) -> bool:
        return self.outcome == "ok"

    def missed(self, last_resort: str) -> bool:
        """A covered case for the last resort that was sent elsewhere; a failure is not one."""
        return self.covered and self.expected == last_resort and not self.right


class SetFacts(BaseModel):
    name: str
    digest: str
    cases: int
    turns: int


class Provenance(BaseModel):
    """Enough to run it again. `last_resort` is the label that it is costliest to miss."""

    run_id: str
    started: datetime
    finished: datetime | None = None
    router: str
    model: str | None = None
    prompts: dict[str, str] = Field(default_factory=dict)
    sets: list[SetFacts]
    settings: dict[str, str] = Field(default_factory=dict)
    version: str
    seed: int = 0
    repeat: int = 1
    teacher_forced: bool = False
    perturbed: bool = False
    limit: int | None = None
    slices: dict[str, str] = Field(default_factory=dict)
    labels: list[str]
    last_resort: str = Field(default_factory=lambda: in_use().last_resort)


class Run(BaseModel):
    provenance: Provenance
    predictions: list[Prediction]


def share(predictions: Iterable[Prediction], hit: Callable[[Prediction], bool], seed: int = 0) -> Interval:
    return clustered(((transcript(p), hit(p)) for p in predictions), seed)


def transcript(prediction: Prediction) -> str:
    """A case that stands twice is one transcript: it does not make a figure surer."""
    return prediction.group or f"{prediction.set}/{prediction.case}"
