"""All that is kept of one customer, in every store: count it, give it out, delete it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import structlog

from app.core.audit import AuditLog, digest_of, recorded
from app.core.clock import Clock
from app.core.exceptions import CallCenterError
from app.core.personal_data import DataSubject, Deletion, Deletions, DeletionUnfinished, PersonalRecords
from app.core.text import checked
from app.core.threads import in_storage

log = structlog.get_logger()
LONGEST_ID = 200
ROUNDS = 3
"""Of looking again: what was written before a store was asked is found in the second."""
Counts = dict[str, int]


@dataclass(frozen=True)
class CustomerData:
    """`records` are asked and emptied in this order: what others refer to comes last."""

    records: Mapping[str, PersonalRecords]
    deletions: Deletions
    lock: Callable[[str], AbstractAsyncContextManager[None]]
    clock: Clock
    audit: AuditLog | None = None

    async def count(self, customer_id: str) -> Counts:
        """By kind, those without any included. Raises as the stores do, and IndexBuilding."""
        held = await self._hold(await self._subject(customer_id))
        return {kind: len(rows) for kind, rows in held.items()}

    async def export(self, customer_id: str, by: str) -> bytes:
        """A ZIP file with a JSON file per kind and a manifest. Raises as `count`."""
        checked(customer_id, LONGEST_ID)
        async with recorded(self.audit, "customer.exported", pseudonym(customer_id), by):
            held = await self._hold(await self._subject(customer_id))
            return await in_storage(_pack, customer_id, self.clock(), held)

    async def delete(self, customer_id: str, by: str) -> Counts:
        """What was deleted, by kind. A repeat goes on with what was cut.

        Raises DeletionUnfinished where a store fails or something is still there; and IndexBuilding.
        """
        checked(customer_id, LONGEST_ID)
        subject = await self._subject(customer_id)
        counts = {kind: len(rows) for kind, rows in (await self._hold(subject)).items()}
        deletion = Deletion(customer_id, subject.dialogs, self.clock(), by)
        async with self.lock(customer_id):
            await in_storage(self.deletions.begin, deletion)
        await self._carry_out(deletion)
        return counts

    async def resume(self) -> None:
        """Those that were cut. Tries every one, then raises the last failure."""
        failed: CallCenterError | None = None
        for deletion in await in_storage(self.deletions.under_way):
            try:
                await self._carry_out(deletion)
            except CallCenterError as error:
                failed = error
        if failed:
            raise failed

    async def _carry_out(self, deletion: Deletion) -> None:
        customer_id = deletion.customer_id
        async with recorded(self.audit, "customer.deleted", pseudonym(customer_id), deletion.by):
            await self._delete_all(deletion)
        await in_storage(self.deletions.end, customer_id)

    async def _delete_all(self, deletion: Deletion) -> None:
        customer_id = deletion.customer_id
        for _ in range(ROUNDS):
            subject = await self._subject(customer_id, deletion.dialogs)
            await self._forget(subject)
            left = [kind for kind, rows in (await self._hold(subject)).items() if rows]
            if not left:
                break
        else:
            raise DeletionUnfinished(left)
        log.info("customer_deleted", dialogs=len(subject.dialogs))

    async def _forget(self, subject: DataSubject) -> None:
        for store in self.records.values():
            await store.forget(subject)

    async def _subject(self, customer_id: str, known: frozenset[str] = frozenset()) -> DataSubject:
        found = [await store.dialogs_of(customer_id) for store in self.records.values()]
        return DataSubject(customer_id, known.union(*found))

    async def _hold(self, subject: DataSubject) -> dict[str, Any]:
        held: dict[str, Any] = {}
        for store in self.records.values():
            held.update(await store.hold(subject))
        return held


def pseudonym(customer_id: str) -> str:
    """Tells two customers apart in the audit log, and whether it was this one to whoever knows the id."""
    return f"customer {digest_of(customer_id)}"


def _pack(customer_id: str, now: datetime, held: Mapping[str, Any]) -> bytes:
    """Kinds without a record are in the manifest alone."""
    files = {f"{kind}.json": _json(rows) for kind, rows in held.items() if rows}
    manifest = {
        "customer_id": customer_id,
        "made_at": now.isoformat(),
        "records": {kind: len(rows) for kind, rows in held.items()},
        "sha256": {name: hashlib.sha256(text).hexdigest() for name, text in files.items()},
    }
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, text in {"manifest.json": _json(manifest), **files}.items():
            archive.writestr(name, text)
    return made.getvalue()


def _json(value: object) -> bytes:
    """Texts may hold halves of surrogate pairs, which UTF-8 has no bytes for."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace")
