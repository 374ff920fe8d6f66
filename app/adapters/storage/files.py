"""Durable files: a write that is whole or not there, and names that cannot leave the folder."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from app.core.exceptions import StorageFull, StorageUnavailable

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_OWNER_ONLY = 0o600


class SystemCalls:
    """The system calls of a durable write, as one thing that a test can record or break."""

    def create(self, path: Path) -> int:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWNER_ONLY)

    def write(self, file: int, data: memoryview) -> int:
        return os.write(file, data)

    def sync(self, file: int) -> None:
        os.fsync(file)

    def close(self, file: int) -> None:
        os.close(file)

    def rename(self, source: Path, target: Path) -> None:
        os.replace(source, target)  # noqa: PTH105 - the plain call is what the tests name

    def sync_folder(self, folder: Path) -> None:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def remove(self, path: Path) -> None:
        path.unlink()


class Files:
    """Survives a crash at any instant: a reader sees the old bytes or the new ones."""

    def __init__(self, calls: SystemCalls | None = None) -> None:
        self._calls = calls or SystemCalls()

    def write(self, path: Path, data: bytes) -> None:
        """Create or replace; durable when it returns. On a failure the old file still stands."""
        with storage_errors():
            temporary = temporary_for(path)
            try:
                self._fill(temporary, data)
                self._calls.rename(temporary, path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
            self._calls.sync_folder(path.parent)

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
        with storage_errors():
            temporary = temporary_for(folder / "probe")
            try:
                self._fill(temporary, b"probe")
            finally:
                temporary.unlink(missing_ok=True)

    def _fill(self, path: Path, data: bytes) -> None:
        file = self._calls.create(path)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[self._calls.write(file, rest) :]
            self._calls.sync(file)
        finally:
            self._calls.close(file)


@contextmanager
def storage_errors() -> Iterator[None]:
    """OSError as a situation: StorageFull where room ran out, else StorageUnavailable."""
    try:
        yield
    except OSError as error:
        raise (StorageFull if error.errno in _NO_ROOM else StorageUnavailable)() from error


def temporary_for(path: Path) -> Path:
    return path.with_name(f".{_stem(path.name)}.{uuid4().hex}.tmp")


def temporaries(folder: Path) -> Iterator[tuple[Path, str]]:
    """Left-over temporary files, each with the stem of the file that it was to become."""
    for path in folder.glob(".*.tmp"):
        yield path, _stem(path.name)


def _stem(name: str) -> str:
    return name.removeprefix(".").partition(".")[0]
