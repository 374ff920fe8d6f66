"""Every store that may keep something of a customer; a test fails for one that is not here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from app.adapters.storage.damaged_dialogs import DamagedDialogs
from app.adapters.storage.deletions import DeletionFiles
from app.adapters.storage.langgraph_records import CheckpointRecords, MemoryRecords
from app.bootstrap.context import AppContext
from app.bootstrap.storage import codec_of
from app.core.config import Settings
from app.core.personal_data import PersonalRecords
from app.core.ports import BackOffice
from app.engines.backoffice.customer_records import OfficeRecords, OutboxRecords
from app.engines.backoffice.database import Database, prepare
from app.engines.backoffice.office import SqlBackOffice
from app.services.dialogs.manager import DialogManager
from app.services.privacy.customer_data import CustomerData
from app.services.privacy.guard import lock_of
from app.services.privacy.records import DialogRecords, ProposalRecords
from app.services.privacy.retention import PrivacyDesk, Retention


class Privacy(NamedTuple):
    desk: PrivacyDesk
    close: Callable[[], None]


def deletions_of(settings: Settings) -> DeletionFiles:
    return DeletionFiles(settings.dialogs_storage_path / ".deletions", codec=codec_of(settings))


def proposals_of(settings: Settings) -> Path:
    return settings.dialogs_storage_path.with_name("proposals.jsonl")


def customer_data_of(context: AppContext, dialogs: DialogManager, office: BackOffice | None) -> Privacy:
    """Dialogs end first, so that no turn writes to the others any more; approvals name the checkpoints."""
    settings = context.settings
    storage = office.storage if isinstance(office, SqlBackOffice) else None
    database = Database(storage or settings.backoffice_storage, lambda database: prepare(database, None))
    records, damaged = (
        OfficeRecords(database),
        DamagedDialogs(settings.dialogs_storage_path, codec=codec_of(settings)),
    )
    stores: dict[str, PersonalRecords] = {
        "dialogs": DialogRecords(dialogs),
        "damaged dialogs": damaged,
        "proposals": ProposalRecords(proposals_of(settings)),
        "memory": MemoryRecords(settings.checkpoint_storage),
        "checkpoints": CheckpointRecords(settings.checkpoint_storage, records.approvals),
        "outbox": OutboxRecords(database),
        "back office": records,
    }
    service = CustomerData(
        stores, deletions_of(settings), partial(lock_of, dialogs.store), context.clock, context.audit
    )
    retention = Retention(
        dialogs, settings.retention_days, records.forget_dialog, damaged.prune, audit=context.audit
    )
    return Privacy(PrivacyDesk(service, retention), database.close)
