"""Answers that were paid for once. A failure is never kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, ValidationError

from app.core import durable
from app.core.models import Decision, RouteQuery


class Answer(BaseModel):
    """`seconds` is what the answer took when it was given."""

    decision: Decision
    seconds: float


@dataclass(frozen=True)
class Cache:
    """`asker` is the router's kind, model, prompt fingerprints and settings: another one asks anew."""

    root: Path
    asker: Mapping[str, object]

    def read(self, query: RouteQuery, repeat: int) -> Answer | None:
        try:
            return Answer.model_validate_json(self._path(query, repeat).read_bytes())
        except (OSError, ValidationError):
            return None

    def write(self, query: RouteQuery, repeat: int, answer: Answer) -> None:
        path = self._path(query, repeat)
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.write(path, answer.model_dump_json())

    def _path(self, query: RouteQuery, repeat: int) -> Path:
        key = {"asker": dict(self.asker), "query": query.model_dump(), "repeat": repeat}
        name = sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
        return self.root / name[:2] / f"{name}.json"
