"""A file that only the right key opens, so that a wrong one is told at the start and not dialog by dialog."""

from __future__ import annotations

from pathlib import Path

from app.adapters.storage.codec import Codec
from app.adapters.storage.dialog_files import Files, storage_errors
from app.core.storage_key import StorageLocked

NAME = ".encryption"
_PROOF = b'{\n  "holds": "the dialogs of this folder are written encrypted"\n}'


class KeyProof:
    """Made when a store is first opened with a key."""

    def __init__(self, root: Path, files: Files, codec: Codec) -> None:
        self._path = root / NAME
        self._files = files
        self._codec = codec

    def verify(self) -> bool:
        """False where there is no such file yet. Raises StorageLocked, also where it is damaged."""
        with storage_errors():
            if not self._path.exists():
                return False
            found = self._path.read_bytes()
        if self._codec.decode(found) != _PROOF:
            raise StorageLocked
        return True

    def check(self) -> None:
        """As `verify`; makes it."""
        if not self.verify() and self._codec.encrypts:
            self.renew()

    def renew(self) -> None:
        self._files.write(self._path, self._codec.encode(_PROOF))
