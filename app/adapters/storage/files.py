"""Files of the dialog store: durable writes, whose failures are situations."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core import durable
from app.core.durable import CALLS, OWNER, SystemCalls
from app.core.exceptions import StorageFull, StorageUnavailable

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Files:
    """Survives a crash at any instant: a reader sees the old bytes or the new ones."""

    def __init__(self, calls: SystemCalls = CALLS) -> None:
        self._calls = calls

    def write(self, path: Path, data: bytes) -> None:
        """Create or replace; durable when it returns. On a failure the old file may still stand."""
        with storage_errors():
            durable.write(path, data, OWNER, self._calls)

    def remove(self, path: Path) -> bool:
        """False when there was no such file."""
        with storage_errors():
            try:
                self._calls.remove(path)
            except FileNotFoundError:
                return False
            self._calls.sync_folder(path.parent)
            return True

    def move(self, path: Path, folder: Path) -> None:
        """Into another folder of the same disk, replacing a file of that name."""
        with storage_errors():
            folder.mkdir(exist_ok=True)
            self._calls.rename(path, folder / path.name)
            self._calls.sync_folder(folder)
            self._calls.sync_folder(path.parent)

    def probe(self, folder: Path) -> None:
        """Write a small file and take it away again, as a real write would."""
        with storage_errors(), durable.draft(folder / "probe", b"probe", OWNER, self._calls) as temporary:
            temporary.unlink()


@contextmanager
def storage_errors() -> Iterator[None]:
    """OSError as a situation: StorageFull where room ran out, else StorageUnavailable."""
    try:
        yield
    except OSError as error:
        raise (StorageFull if error.errno in _NO_ROOM else StorageUnavailable)() from error


def temporaries(folder: Path) -> Iterator[tuple[Path, str]]:
    """Left-over temporary files, each with the stem of the file that it was to become."""
    for path in folder.glob(".*.tmp"):
        yield path, durable.stem_of(path)
