"""The labelled sets to choose from: of the house, uploaded, and with confirmed corrections."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.exceptions import CallCenterError
from app.evaluation.cases import CaseSet, SetInvalid, read_set
from app.evaluation.predictions import SetFacts
from app.evaluation.retrieval import is_questions
from app.services.evaluation import SetUnknown

UPLOADS, CORRECTED = "uploads", "corrected"
FOLDERS = {UPLOADS: "eval_uploads", CORRECTED: "corrected"}  # the latter as notebooks do
_NAME = re.compile(r"[\w.-]{1,60}")


class SetChanged(CallCenterError):
    status = 409
    code = "set_changed"

    def __init__(self, name: str) -> None:
        super().__init__(f"Set {name} is not what it was when the run began, or is gone.")


class NameUnusable(CallCenterError):
    status = 422
    code = "name_unusable"

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"The name {name!r} cannot be used: {problem}.")


@dataclass(frozen=True)
class SetShelf:
    """A key is `name`, `uploads/name` or `corrected/name`; `house` holds the first, `root` the others."""

    house: Path
    root: Path
    labels: tuple[str, ...]

    def offered(self) -> list[str]:
        return [
            *sorted(path.stem for path in self.house.glob("*.jsonl") if not is_questions(path)),
            *(f"{kind}/{path.stem}" for kind in (UPLOADS, CORRECTED) for path in self._kept(kind)),
        ]

    def path(self, key: str) -> Path:
        """Raises SetUnknown for what is not on the shelf: a key never leads elsewhere."""
        if key not in self.offered():
            raise SetUnknown(key, self.offered())
        kind, _, name = key.rpartition("/")
        return (self.root / FOLDERS[kind] if kind else self.house) / f"{name}.jsonl"

    def read(self, keys: Sequence[str]) -> list[CaseSet]:
        """Raises SetUnknown or SetInvalid, also for two sets of one name."""
        sets = [read_set(self.path(key), self.labels) for key in keys]
        for each in sets:
            if [s.name for s in sets].count(each.name) > 1:
                raise SetInvalid(each.name, 0, "two chosen sets have this name")
        return sets

    def same(self, facts: SetFacts) -> CaseSet:
        """The set of this name and content. Raises SetChanged."""
        for key in self._named(facts.name):
            found = read_set(self.path(key), self.labels)
            if found.digest == facts.digest:
                return found
        raise SetChanged(facts.name)

    def original(self, name: str) -> CaseSet:
        """As it was before corrections. Raises SetUnknown."""
        key = next((k for k in self._named(name) if not k.startswith(CORRECTED)), name)
        return read_set(self.path(key), self.labels)

    def room_for(self, name: str) -> Path:
        """Where an uploaded set of this name is to be written. Raises NameUnusable."""
        if not _NAME.fullmatch(name) or name.startswith("."):
            raise NameUnusable(name, "give letters, digits, dots, dashes and underscores, at most 60")
        if (self.house / f"{name}.jsonl").exists():
            raise NameUnusable(name, "a set of the house has it")
        return self.root / FOLDERS[UPLOADS] / f"{name}.jsonl"

    def room_for_corrected(self, name: str) -> Path:
        return self.root / FOLDERS[CORRECTED] / f"{name}.jsonl"

    def _named(self, name: str) -> Iterator[str]:
        return (key for key in self.offered() if key.rpartition("/")[2] == name)

    def _kept(self, kind: str) -> list[Path]:
        return sorted((self.root / FOLDERS[kind]).glob("*.jsonl"))
