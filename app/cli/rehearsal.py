"""Whole call centres on trial: the configured models and rules, with records and a clock of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from app.adapters.embeddings import load_embedder
from app.bootstrap import build
from app.core.config import Settings
from app.engines.backoffice.office import SqlBackOffice
from app.engines.backoffice.staging import Row, prepare_template, stage
from app.engines.knowledge.files import load_articles
from app.services.scenarios import ScenarioService
from app.services.workbench import Workbench

TODAY = datetime(2026, 9, 15, 9, 0, tzinfo=UTC)
"""When every scenario is played: a Tuesday noon in Moscow, so that "tomorrow" is a working day."""
OFFICE = "office.sqlite"


@contextmanager
def rehearsal(settings: Settings) -> Iterator[ScenarioService]:
    """What takes long is loaded once; a trial gets copies of files."""
    with TemporaryDirectory(prefix="rehearsal-", ignore_cleanup_errors=True) as name:
        template = Path(name) / OFFICE
        prepare_template(template, today)
        embedder, articles = load_embedder(), load_articles()

        def factory(folder: Path) -> Workbench:
            own = {
                "dialogs_storage_path": folder / "dialogs",
                "backoffice_storage": str(folder / OFFICE),
                "checkpoint_storage": str(folder / "checkpoints"),
                "crm": "none",
            }
            office = SqlBackOffice(folder / OFFICE, settings.policy, clock=today)
            return build(
                settings.model_copy(update=own),
                office=office,
                embedder=embedder,
                articles=articles,
                clock=today,
            )

        yield ScenarioService(factory, partial(_stage, template), today)


def today() -> datetime:
    return TODAY


def _stage(template: Path, folder: Path, rows: Iterable[Row], now: datetime) -> None:
    stage(template, folder / OFFICE, rows, now)
