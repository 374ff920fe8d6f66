"""Labelled sets to choose from: shipped, uploaded, and corrected (one person proposes, another confirms)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.core.exceptions import CallCenterError
from app.evaluation import corrections
from app.evaluation.cases import CaseSet, SetInvalid, read_set
from app.evaluation.corrections import Correction, CorrectionRefused
from app.evaluation.importers import write_set
from app.evaluation.predictions import Prediction, SetFacts
from app.evaluation.retrieval import is_questions
from app.services.evaluation.service import SetUnknown

UPLOADS, CORRECTED = "uploads", "corrected"
FOLDERS = {UPLOADS: "eval_uploads", CORRECTED: "corrected"}  # the latter as notebooks do
_NAME = re.compile(r"[\w.-]{1,60}")


class SetChanged(CallCenterError):
    status = 409
    code = "set_changed"

    def __init__(self, name: str) -> None:
        super().__init__(f"Set {name} has changed since the run started, or no longer exists.")


class NameUnusable(CallCenterError):
    """`kind` is letters, house or taken."""

    status = 422
    code = "name_unusable"

    def __init__(self, name: str, problem: str, kind: str) -> None:
        super().__init__(f"The name {name!r} cannot be used: {problem}.")
        self.kind = kind


class OneName(SetInvalid):
    code = "one_name"

    def __init__(self, name: str) -> None:
        super().__init__(name, 0, "two chosen sets have this name")


@lru_cache(maxsize=256)
def _digest(path: Path, _changed: int, _size: int) -> str:
    """Empty where the set cannot be read."""
    try:
        return read_set(path).digest
    except SetInvalid:
        return ""


@lru_cache(maxsize=256)
def _count_lines(path: Path, _changed: int, _size: int) -> int:
    with path.open("rb") as lines:
        return sum(bool(line.strip()) for line in lines)


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

    def sizes(self) -> dict[str, int]:
        """Cases by key, without reading them: a line is one. Blocks."""
        found = {}
        for key in self.offered():
            with suppress(OSError):
                path = self._place(key)
                facts = path.stat()
                found[key] = _count_lines(path, facts.st_mtime_ns, facts.st_size)
        return found

    def path(self, key: str) -> Path:
        """Raises SetUnknown for what is not on the shelf: a key never leads elsewhere."""
        if key not in self.offered():
            raise SetUnknown(key, self.offered())
        return self._place(key)

    def _place(self, key: str) -> Path:
        kind, _, name = key.rpartition("/")
        return (self.root / FOLDERS[kind] if kind else self.house) / f"{name}.jsonl"

    def read(self, keys: Sequence[str]) -> list[CaseSet]:
        """Raises SetUnknown or SetInvalid, also for two sets of one name."""
        sets = [read_set(self.path(key), self.labels) for key in keys]
        for each in sets:
            if [s.name for s in sets].count(each.name) > 1:
                raise OneName(each.name)
        return sets

    def same(self, facts: SetFacts) -> CaseSet:
        """The set of this name and content. Raises SetChanged."""
        return self._same(facts)[1]

    def shipped(self, sets: Iterable[SetFacts]) -> bool:
        """Whether all are sets of the house as they are now; others may hold customers' words. Blocks."""
        return all(self.of_house(facts.name) and self._digest(facts.name) == facts.digest for facts in sets)

    def of_house(self, name: str) -> bool:
        return f"{name}.jsonl" in {path.name for path in self.house.glob("*.jsonl")}

    def _digest(self, name: str) -> str:
        path = self.house / f"{name}.jsonl"
        found = path.stat()
        return _digest(path, found.st_mtime_ns, found.st_size)

    def keys_of(self, sets: Iterable[SetFacts]) -> list[str]:
        """Those that are still what they were."""
        found = []
        for facts in sets:
            with suppress(SetChanged, SetInvalid):
                found.append(self._same(facts)[0])
        return found

    def original(self, name: str) -> CaseSet:
        """As it was before corrections. Raises SetUnknown."""
        key = next((k for k in self._named(name) if not k.startswith(CORRECTED)), name)
        return read_set(self.path(key), self.labels)

    def room_for(self, name: str) -> Path:
        """Where a new set of this name is to be written; none is ever replaced. Raises NameUnusable."""
        if not _NAME.fullmatch(name) or name.startswith("."):
            raise NameUnusable(
                name, "give letters, digits, dots, dashes and underscores, at most 60", "letters"
            )
        if (self.house / f"{name}.jsonl").exists():
            raise NameUnusable(name, "a set of the house has it", "house")
        path = self.root / FOLDERS[UPLOADS] / f"{name}.jsonl"
        if path.exists():
            raise NameUnusable(name, "another uploaded set has it", "taken")
        return path

    def room_for_corrected(self, name: str) -> Path:
        return self.root / FOLDERS[CORRECTED] / f"{name}.jsonl"

    def _same(self, facts: SetFacts) -> tuple[str, CaseSet]:
        for key in self._named(facts.name):
            found = read_set(self.path(key), self.labels)
            if found.digest == facts.digest:
                return key, found
        raise SetChanged(facts.name)

    def _named(self, name: str) -> Iterator[str]:
        return (key for key in self.offered() if key.rpartition("/")[2] == name)

    def _kept(self, kind: str) -> list[Path]:
        return sorted((self.root / FOLDERS[kind]).glob("*.jsonl"))


NAME = "corrections.jsonl"


@dataclass(frozen=True)
class LabelDesk:
    """Blocks: call it in a thread."""

    shelf: SetShelf

    @property
    def path(self) -> Path:
        return self.shelf.root / NAME

    def propose(self, about: Prediction, label: str, why: str, who: str, also: bool) -> Correction:
        """`also`: the label is accepted beside the expected one. Raises CorrectionRefused or SetUnknown."""
        cases, key = self.shelf.original(about.set), f"{about.case}:{about.turn}"
        return corrections.correct(
            self.path, cases, key, label, why.strip(), who.strip(), self.shelf.labels, also
        )

    def confirm(self, correction_id: str, who: str) -> Correction:
        """By somebody else; the corrected set is written anew. Raises CorrectionRefused or SetUnknown."""
        known = {c.id: c for c in self.all()}
        if correction_id not in known:
            raise CorrectionRefused(correction_id, "nobody has corrected it", "gone")
        about = known[correction_id]
        cases = self.shelf.original(about.set)
        done = corrections.confirm(self.path, cases, f"{about.case}:{about.turn}", who.strip())
        mended = corrections.apply(cases, self.all())
        write_set(mended.cases, self.shelf.room_for_corrected(about.set))
        return done

    def all(self) -> Sequence[Correction]:
        """Newest first."""
        return sorted(corrections.read(self.path), key=lambda c: c.when, reverse=True)

    def pending(self) -> Sequence[Correction]:
        return [c for c in self.all() if not c.confirmed_by]
