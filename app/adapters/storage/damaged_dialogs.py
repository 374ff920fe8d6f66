"""What lies beside the dialogs and may be a customer's: damaged files, and drafts that a crash left over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from app.adapters.storage.codec import PLAIN, Codec
from app.adapters.storage.dialog_files import Files, storage_errors, temporaries
from app.core.personal_data import DataSubject, Held
from app.core.storage_key import StorageLocked
from app.core.threads import in_storage


class DamagedDialogs:
    """A damaged file cannot be read as a dialog: it is the customer's by an id in it, or by its name."""

    def __init__(self, root: Path, files: Files | None = None, codec: Codec = PLAIN) -> None:
        self._root = root
        self._files = files or Files()
        self._codec = codec

    async def dialogs_of(self, customer_id: str) -> set[str]:
        found = await in_storage(self._find, DataSubject(customer_id, frozenset()))
        return {name for _, name in found}

    async def hold(self, subject: DataSubject) -> Held:
        found = await in_storage(self._find, subject)
        texts = [await in_storage(self._read, path) for path, _ in found]
        named = zip(found, texts, strict=True)
        return {
            "damaged_dialogs": [
                {"file": path.name, "text": text.decode("utf-8", "replace")} for (path, _), text in named
            ]
        }

    async def forget(self, subject: DataSubject) -> None:
        await in_storage(self._forget, subject)

    async def prune(self, limit: datetime) -> int:
        """Removes what has not changed since `limit`. How many."""
        return await in_storage(self._prune, limit.timestamp())

    def _prune(self, limit: float) -> int:
        with storage_errors():
            old = [path for path, _ in self._beside() if path.stat().st_mtime < limit]
        return sum(self._files.remove(path) for path in old)

    def _forget(self, subject: DataSubject) -> None:
        for path, _ in self._find(subject):
            self._files.remove(path)

    def _find(self, subject: DataSubject) -> list[tuple[Path, str]]:
        """Files, each with the id of its dialog."""
        marks = _spellings(subject.customer_id)
        with storage_errors():
            return [
                (path, name)
                for path, name in self._beside()
                if name in subject.dialogs or self._holds(path, marks)
            ]

    def _holds(self, path: Path, marks: set[bytes]) -> bool:
        """A draft may have become a file meanwhile."""
        try:
            text = self._read(path)
        except FileNotFoundError:
            return False
        return any(mark in text for mark in marks)

    def _read(self, path: Path) -> bytes:
        """As it stands, where it cannot be decrypted."""
        data = path.read_bytes()
        with suppress(StorageLocked):
            return self._codec.decode(data) or data
        return data

    def _beside(self) -> Iterator[tuple[Path, str]]:
        for path in sorted((self._root / ".quarantine").glob("*.json")):
            yield path, path.stem
        yield from temporaries(self._root)
        yield from temporaries(self._root / ".quarantine")


def _spellings(customer_id: str) -> set[bytes]:
    """As JSON writes it, with the quotation marks: another's longer id is another's."""
    texts = (json.dumps(customer_id, ensure_ascii=ascii) for ascii in (True, False))
    return {text.encode("utf-8", "surrogatepass") for text in texts}
