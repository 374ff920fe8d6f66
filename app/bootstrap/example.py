"""A second application over stores of its own, for the example week: no provider, CRM or background work."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

from app.adapters.storage.memory_store import MemoryStore
from app.bootstrap.context import AppContext
from app.core.dialog import Dialog
from app.engines.backoffice.snapshot import Row, restore
from app.engines.routing.versions import CURRENT, SHIPPED_NAME
from app.evaluation.predictions import Provenance
from app.evaluation.registry import JOURNAL, Registry
from app.services.example import ExampleWeek, Shift, shifted
from app.services.workbench import Workbench

ARCHIVE = "week.zip"
"""In the folder of the company whose customers it has."""
Build = Callable[..., Workbench]
NOBODY: dict[str, Any] = {
    "openai_api_key": None,
    "openai_base_url": None,
    "router": "local",
    "crm": "none",
    "crm_url": None,
    "crm_token": None,
    "webhook_secret": None,
    "demo_data": False,
    "demo_week": False,
    "enable_memory": False,
}
"""Settings with which nothing outside is asked or told."""


def example_of(context: AppContext, build: Build) -> ExampleWeek[Workbench] | None:
    """None where it is not wanted. Processes that share their metrics would count it among them."""
    archive = context.company.folder / ARCHIVE
    if not context.settings.offers_example or "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        return None

    def make() -> Workbench:
        return _open(archive, context, build)

    return ExampleWeek(make) if archive.exists() else None


def _open(archive: Path, context: AppContext, build: Build) -> Workbench:
    folder = TemporaryDirectory(prefix="call-center-example-", ignore_cleanup_errors=True)
    home, store = Path(folder.name), MemoryStore()
    with ZipFile(archive) as opened:
        recording = Recording(opened, context.clock())
        recording.fill(store)
        restore(home / "office.sqlite", recording.records())
        recording.put_runs(Registry(home / "runs"))
    use_shipped_router(home / "routers")
    own = context.settings.model_copy(update={**NOBODY, **_places(home)})
    bench = build(own, store=store, embedder=context.embedder, company=context.company, clock=context.clock)

    async def release() -> None:
        await bench.release()
        folder.cleanup()

    return replace(bench, release=release, made_up=True)


def use_shipped_router(folder: Path) -> None:
    """Whatever has been fitted elsewhere."""
    folder.mkdir()
    (folder / CURRENT).write_text(SHIPPED_NAME, encoding="utf-8")


def _places(home: Path) -> dict[str, Any]:
    return {
        "dialogs_storage_path": home / "dialogs",
        "knowledge_storage": home / "knowledge",
        "eval_runs": home / "runs",
        "router_artefact": home / "routers" / CURRENT,
        "backoffice_storage": str(home / "office.sqlite"),
        "checkpoint_storage": str(home / "checkpoints"),
    }


_HEAD = re.compile(r'"dialog_id":"([^"]+)".*?"updated_at":"([^"]+)"')
"""Of a dialog's text: reading the whole would take as long as all the rest."""


class Recording:
    """The archive, brought to `now`. `ways` remembers how far each dialog went."""

    def __init__(self, archive: ZipFile, now: datetime) -> None:
        self._archive = archive
        known = json.loads(archive.read("week.json"))
        self._live = set(known["live"])
        self._shift = Shift(datetime.fromisoformat(known["ends"]), now)
        self._ways: dict[str, timedelta] = {}

    def fill(self, store: MemoryStore) -> None:
        for line in self._archive.read("dialogs.jsonl").decode().splitlines():
            name, last = _head(line)
            by = self._ways[name] = self._shift.of(datetime.fromisoformat(last), name in self._live)
            store.put(Dialog.model_validate_json(shifted(line, by)))

    def records(self) -> dict[str, list[Row]]:
        tables = json.loads(self._archive.read("office.json"))
        return {name: [self._row(row) for row in rows] for name, rows in tables.items()}

    def _row(self, row: Row) -> Row:
        by = self._ways.get(row.get("dialog_id", "")) or self._shift.of(_moment(row))
        moved: Row = json.loads(shifted(json.dumps(row, ensure_ascii=False), by))
        return moved

    def put_runs(self, runs: Registry) -> None:
        for line in self._archive.read("runs.jsonl").decode().splitlines():
            known = Provenance.model_validate_json(line)
            by = self._shift.of(known.finished or known.started)
            tail = known.run_id.rpartition("-")[2]
            moved = Provenance.model_validate_json(shifted(line, by))
            moved.run_id = f"{moved.started:%Y%m%d-%H%M%S}-{tail}"
            folder = runs.start(moved)
            (folder / JOURNAL).write_bytes(self._archive.read(f"{known.run_id}.jsonl"))


def _moment(row: Row) -> datetime:
    """When it was entered; records without such a moment are as old as the customer."""
    told = next((row[name] for name in ("at", "requested_at", "last_seen", "started") if row.get(name)), None)
    return datetime.fromisoformat(told or "2020-01-01T00:00:00+00:00")


def _head(line: str) -> tuple[str, str]:
    """Name and last change."""
    found = _HEAD.search(line)
    assert found
    return found[1], found[2]
