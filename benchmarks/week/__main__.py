"""`make example-week`: plays the example week anew and writes its archive into the company's folder."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console
from sqlalchemy import insert, update

from app.adapters.storage.memory_store import MemoryStore
from app.bootstrap import build
from app.bootstrap.example import ARCHIVE, use_shipped_router
from app.core.company import Company, in_use
from app.core.config import Settings
from app.core.demo_customers import DemoIncident
from app.core.ports import DialogQuery
from app.engines.backoffice.database import Database
from app.engines.backoffice.office import SqlBackOffice
from app.engines.backoffice.records import next_number
from app.engines.backoffice.snapshot import dump
from app.engines.backoffice.tables import incidents
from app.telemetry.logs import configure_logging
from benchmarks.week.archive import write
from benchmarks.week.play import Stage, Steps, Watch
from benchmarks.week.runs import measure
from benchmarks.week.scripts import ENDS, further_people, visits


def company() -> Company:
    """With more customers; its incidents come when their time comes."""
    known = in_use()
    people = [*known.demo.customers, *further_people()]
    return replace(known, demo=known.demo.model_copy(update={"customers": people, "incidents": []}))


async def befall(incident: DemoIncident, storage: Path) -> Steps:
    """Begins now, and is over after its hours."""
    with Database(storage, lambda _: None).writing() as connection:
        number, since = next_number(connection, "I"), begin_of(incident)
        row = {"number": number, "service": incident.service, "title": incident.title, "since": since}
        connection.execute(insert(incidents).values(**row))
    if incident.ended is not None:
        yield timedelta(hours=incident.hours)
        with Database(storage, lambda _: None).writing() as connection:
            over = update(incidents).where(incidents.c.number == number)
            connection.execute(over.values(until=ENDS - timedelta(days=incident.ended)))


def begin_of(incident: DemoIncident) -> datetime:
    until = ENDS - timedelta(days=incident.ended or 0)
    return until - timedelta(hours=incident.hours, minutes=incident.minutes)


async def play(home: Path, part: float) -> None:
    file, store, watch = home / "office.sqlite", MemoryStore(), Watch(ENDS)
    settings = Settings(
        _env_file=None,
        log_level="CRITICAL",
        backoffice_storage=str(file),
        checkpoint_storage=str(home / "checkpoints"),
        dialogs_storage_path=home / "dialogs",
        knowledge_storage=home / "knowledge",
        eval_runs=home / "runs",
        router_artefact=home / "routers" / "current",
    )
    use_shipped_router(home / "routers")
    house = company()
    SqlBackOffice(file, demo=True, clock=lambda: ENDS, company=house).seed()
    bench = build(settings, store=store, company=house, clock=watch)
    stage = Stage(bench, watch, ENDS)
    planned = visits()
    watch.now = planned[0].at
    for visit in planned[-round(len(planned) * part) :]:
        stage.enter(visit.at, stage.visit(visit))
    for incident in in_use().demo.incidents:
        stage.enter(begin_of(incident), befall(incident, file))
    await stage.play()
    runs = await measure(bench.evaluation)
    rows = (await store.find(DialogQuery(limit=10_000))).rows
    dialogs = [await store.read(row.dialog_id) for row in sorted(rows, key=lambda row: row.created_at)]
    write(in_use().folder / ARCHIVE, dialogs, dump(file), runs, stage.live, stage.shown)
    await bench.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.week", description=__doc__)
    parser.add_argument("--part", type=float, default=1.0, help="play only the last part of the visits")
    began = time.monotonic()
    configure_logging("CRITICAL", production=False)
    with tempfile.TemporaryDirectory() as home:
        asyncio.run(play(Path(home), parser.parse_args().part))
    size = (in_use().folder / ARCHIVE).stat().st_size
    Console().print(f"{size / 2**20:.2f} MiB in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
