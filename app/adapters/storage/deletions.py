"""Deletions of customers' data that are under way: a small file for each, until it has ended."""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import structlog

from app.adapters.storage.codec import PLAIN, Codec
from app.adapters.storage.dialog_files import Files, storage_errors
from app.core.exceptions import StorageUnavailable
from app.core.personal_data import Deletion

log = structlog.get_logger()


class DeletionFiles:
    """In a folder of its own, which is made by the first deletion."""

    def __init__(self, folder: Path, files: Files | None = None, codec: Codec = PLAIN) -> None:
        self._folder = folder
        self._files = files or Files()
        self._codec = codec

    def begin(self, deletion: Deletion) -> None:
        kept = {
            "customer_id": deletion.customer_id,
            "dialogs": sorted(deletion.dialogs),
            "began": deletion.began.isoformat(),
            "by": deletion.by,
        }
        with storage_errors():
            self._folder.mkdir(parents=True, exist_ok=True)
        self._files.write(
            self._path(deletion.customer_id), self._codec.encode(json.dumps(kept, indent=2).encode())
        )

    def is_under_way(self, customer_id: str) -> bool:
        with storage_errors():
            return self._path(customer_id).exists()

    def under_way(self) -> list[Deletion]:
        with storage_errors():
            found = sorted(self._folder.glob("*.json"))
            return [self._read(path) for path in found]

    def end(self, customer_id: str) -> None:
        """Also the drafts that a crash left over."""
        path = self._path(customer_id)
        if not self._folder.exists():
            return
        with storage_errors():
            for draft in self._folder.glob(f".{path.stem}.*.tmp"):
                draft.unlink(missing_ok=True)
        self._files.remove(path)

    def _read(self, path: Path) -> Deletion:
        document = self._codec.decode(path.read_bytes())
        if document is None:
            log.error("deletion_damaged", file=path.name)
            raise StorageUnavailable
        return _deletion(json.loads(document))

    def _path(self, customer_id: str) -> Path:
        return self._folder / f"{sha256(customer_id.encode('utf-8', 'surrogatepass')).hexdigest()}.json"


def _deletion(kept: dict[str, object]) -> Deletion:
    dialogs = kept["dialogs"]
    assert isinstance(dialogs, list)
    began = datetime.fromisoformat(str(kept["began"]))
    return Deletion(str(kept["customer_id"]), frozenset(map(str, dialogs)), began, str(kept["by"]))
