"""An application on copies of the records with a clock of its own, for the commands that play dialogs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.adapters.embeddings import load_embedder
from app.bootstrap import build
from app.core.company import in_use
from app.core.config import Settings
from app.engines.backoffice.office import SqlBackOffice
from app.engines.backoffice.staging import prepare_template
from app.engines.knowledge.files import load_articles
from app.services.workbench import Workbench

TODAY = datetime(2026, 9, 15, 9, 0, tzinfo=UTC)
"""When every dialog is played: a Tuesday noon in Moscow, so that "tomorrow" is a working day."""
OFFICE = "office.sqlite"


def now() -> datetime:
    return TODAY


@contextmanager
def prepared_records() -> Iterator[Path]:
    """A database with the demo data, to be copied for each dialog."""
    with TemporaryDirectory(prefix="rehearsal-", ignore_cleanup_errors=True) as name:
        template = Path(name) / OFFICE
        prepare_template(template, now)
        yield template


def workbench_factory(settings: Settings) -> Callable[[Path], Workbench]:
    """What takes long to load is loaded once; the records are in the folder by the time it builds."""
    embedder, articles = load_embedder(), load_articles(in_use().articles)

    def build_in(folder: Path) -> Workbench:
        storage = {
            "dialogs_storage_path": folder / "dialogs",
            "backoffice_storage": str(folder / OFFICE),
            "checkpoint_storage": str(folder / "checkpoints"),
            "access_storage": folder / "access",
            "crm": "none",
        }
        return build(
            settings.model_copy(update=storage),
            office=SqlBackOffice(folder / OFFICE, settings.policy_of(in_use().policy), clock=now),
            embedder=embedder,
            articles=articles,
            clock=now,
        )

    return build_in
