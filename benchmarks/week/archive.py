"""The archive: what was played, as texts without what differs from one play to the next."""

from __future__ import annotations

import json
import random
import re
import uuid
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_LZMA, ZipFile, ZipInfo

from app.core.dialog import Dialog
from app.engines.backoffice.snapshot import Rows
from app.evaluation.predictions import Run
from app.ui.example import DIALOGS
from benchmarks.week.scripts import ENDS

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
STEPS = {"route": (0.008, 0.03), "search": (0.01, 0.04)}
ANSWER = (0.09, 0.42)
MOMENT = (1980, 1, 1, 0, 0, 0)
"""The date of each file: the same bytes for the same play."""


class Names:
    """A name for each id, by the order in which it comes up."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = dict(known)

    def rename(self, text: str) -> str:
        return UUID.sub(lambda found: self._name(found[0]), text)

    def _name(self, old: str) -> str:
        number = sha256(f"week {len(self._known)}".encode()).digest()[:16]
        return self._known.setdefault(old, str(uuid.UUID(bytes=number, version=4)))


def write(
    path: Path,
    dialogs: Iterable[Dialog],
    office: Rows,
    runs: list[Run],
    live: list[str],
    shown: dict[str, str],
) -> None:
    names = Names({shown[language]: name for language, name in DIALOGS.items()})
    texts = [names.rename(_plain(dialog).model_dump_json(exclude_defaults=True)) for dialog in dialogs]
    files = {
        "dialogs.jsonl": "\n".join(texts),
        "office.json": names.rename(json.dumps(office, ensure_ascii=False)),
        "runs.jsonl": "\n".join(run.provenance.model_dump_json(exclude_defaults=True) for run in runs),
        "week.json": json.dumps({"ends": ENDS.isoformat(), "live": [names.rename(name) for name in live]}),
    }
    for run in runs:
        lines = [p.model_dump_json(exclude_defaults=True) for p in run.predictions]
        files[f"{run.provenance.run_id}.jsonl"] = "\n".join(lines) + "\n"
    with ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(ZipInfo(name, MOMENT), text.encode(), ZIP_LZMA)


def _plain(dialog: Dialog) -> Dialog:
    """With times of turns that look measured, and no digests of requests."""
    rng = random.Random(f"{dialog.customer_id} {dialog.created_at}")
    dialog.requests = {}
    taken = []
    for line in dialog.messages:
        if line.turn is not None:
            line.turn.timings = _timings(line.turn.timings, rng)
            taken.append(line.turn.timings.get("total", 0.0))
    dialog.metadata.processing_times = taken[: len(dialog.metadata.processing_times)]
    return dialog


def _timings(measured: Mapping[str, float], rng: random.Random) -> dict[str, float]:
    made = {step: round(rng.uniform(*STEPS.get(step, ANSWER)), 4) for step in measured if step != "total"}
    return {**made, "total": round(sum(made.values()) + 0.004, 4)} if "total" in measured else made
