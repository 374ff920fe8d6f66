"""Where runs are kept: one folder a run, with its provenance, a journal of predictions and the report.

`journal.jsonl` grows while a run goes on, so a run that was killed is read up to its last whole line.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from app.core import durable
from app.core.exceptions import CallCenterError
from app.evaluation.predictions import Prediction, Provenance, Run

log = logging.getLogger(__name__)  # on stderr, where commands print to stdout
PROVENANCE, JOURNAL, LOG = "provenance.json", "journal.jsonl", "runs.log"
LATEST = "latest"
_INDIVIDUAL = {"run_id", "started", "finished"}


class RunNotFound(CallCenterError):
    status = 404
    code = "run_not_found"

    def __init__(self, run_id: str, problem: str = "there is no such run") -> None:
        super().__init__(f"Run {run_id}: {problem}; see `call-center eval list`.")


def new_run_id(now: datetime) -> str:
    """Sorts by time, to the millisecond: two short runs may begin in one second."""
    return f"{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03}{secrets.token_hex(2)}"


@dataclass(frozen=True)
class Registry:
    root: Path

    def folder(self, run_id: str) -> Path:
        return self.root / run_id

    def start(self, provenance: Provenance) -> Path:
        """Every start stands in the log for good, deleted runs too: who looked at a test set, and when."""
        folder = self.folder(provenance.run_id)
        folder.mkdir(parents=True)
        self._keep(provenance)
        sets = {facts.name: facts.digest[:12] for facts in provenance.sets}
        line = {
            "run": provenance.run_id,
            "router": provenance.router,
            "model": provenance.model,
            "sets": sets,
        }
        _append(self.root / LOG, json.dumps(line, ensure_ascii=False) + "\n")
        return folder

    def append(self, run_id: str, *predictions: Prediction) -> None:
        """One line each, with the operating system when it returns: a killed process loses none of them."""
        lines = "".join(p.model_dump_json() + "\n" for p in predictions)
        _append(self.folder(run_id) / JOURNAL, lines)

    def mend(self, run_id: str) -> None:
        """Cut a half-written last line off the journal, before more is appended."""
        journal = self.folder(run_id) / JOURNAL
        if journal.exists() and (data := journal.read_bytes()) and not data.endswith(b"\n"):
            os.truncate(journal, data.rfind(b"\n") + 1)

    def finish(
        self, run_id: str, finished: datetime, predictions: Sequence[Prediction] | None = None
    ) -> Provenance:
        """`predictions`, where given, are all of them in the order to keep."""
        if predictions is not None:
            lines = "".join(p.model_dump_json() + "\n" for p in predictions)
            durable.write(self.folder(run_id) / JOURNAL, lines)
        done = self._provenance(run_id).model_copy(update={"finished": finished})
        self._keep(done)
        return done

    def resolve(self, name: str) -> str:
        """The full id of `latest`, of an id or of its unique beginning. Raises RunNotFound."""
        ids = self._ids()
        fitting = ids[-1:] if name == LATEST else [i for i in ids if name and i.startswith(name)]
        if name in fitting:
            return name
        if len(fitting) != 1:
            raise RunNotFound(name, "several runs begin so" if fitting else "there is no such run")
        return fitting[0]

    def load(self, name: str) -> Run:
        """The predictions so far where the run was interrupted. Raises RunNotFound."""
        run_id = self.resolve(name)
        provenance = self._provenance(run_id)
        return Run(provenance=provenance, predictions=_read(self.folder(run_id) / JOURNAL))

    def delete(self, name: str) -> str:
        run_id = self.resolve(name)
        shutil.rmtree(self.folder(run_id))
        return run_id

    def unfinished(self, like: Provenance) -> Run | None:
        """The latest interrupted run of the same router, sets and options."""
        wanted = like.model_dump(exclude=_INDIVIDUAL)
        for kept in self.list():
            if kept.finished is None and kept.model_dump(exclude=_INDIVIDUAL) == wanted:
                return self.load(kept.run_id)
        return None

    def _ids(self) -> Sequence[str]:
        return sorted(path.parent.name for path in self.root.glob(f"*/{PROVENANCE}"))

    def _provenance(self, run_id: str) -> Provenance:
        try:
            text = (self.folder(run_id) / PROVENANCE).read_text(encoding="utf-8")
            return Provenance.model_validate_json(text)
        except (OSError, ValidationError):
            raise RunNotFound(run_id, "its provenance cannot be read") from None

    def _keep(self, provenance: Provenance) -> None:
        path = self.folder(provenance.run_id) / PROVENANCE
        durable.write(path, provenance.model_dump_json(indent=1) + "\n")

    def list(self) -> Sequence[Provenance]:
        """Newest first; what cannot be read is left out, and logged once."""
        found: Iterable[Provenance | None] = (self._readable(run_id) for run_id in reversed(self._ids()))
        return [provenance for provenance in found if provenance]

    def _readable(self, run_id: str) -> Provenance | None:
        try:
            return self._provenance(run_id)
        except RunNotFound:
            _tell_once(run_id)
            return None


@cache
def _tell_once(run_id: str) -> None:
    log.warning("the provenance of run %s cannot be read: it is left out", run_id)


def _append(path: Path, text: str) -> None:
    """One write at the end of the file: lines of threads and processes do not mingle."""
    data = text.encode()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        while data:
            data = data[os.write(handle, data) :]
    finally:
        os.close(handle)


def _read(journal: Path) -> list[Prediction]:
    """The last of each key, in the order of the first."""
    found: dict[tuple[str, str, int, int, str], Prediction] = {}
    for line in journal.read_text(encoding="utf-8", errors="replace").split("\n") if journal.exists() else ():
        try:
            prediction = Prediction.model_validate_json(line)
        except ValidationError:
            continue
        found[prediction.key] = prediction
    return list(found.values())
