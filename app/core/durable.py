"""Durable files: a write that is whole or not there, also after a power cut."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

EVERYBODY, OWNER = 0o666, 0o600  # who may read a new file, before the umask


class SystemCalls:
    """The system calls of a durable write, as one thing that a test can record or break."""

    def create(self, path: Path, mode: int) -> int:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)

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


CALLS = SystemCalls()


def write(path: Path, data: bytes | str, mode: int = EVERYBODY, calls: SystemCalls = CALLS) -> None:
    """Create or replace; durable when it returns. A reader sees the old bytes or the new ones.

    Raises OSError: the old file still stands, but for a folder that would not sync after the rename.
    """
    with draft(path, data.encode() if isinstance(data, str) else data, mode, calls) as temporary:
        calls.rename(temporary, path)
    calls.sync_folder(path.parent)


@contextmanager
def draft(path: Path, data: bytes, mode: int, calls: SystemCalls) -> Iterator[Path]:
    """A synced file beside `path`, which goes where the work fails."""
    temporary = path.with_name(f".{stem_of(path)}.{uuid4().hex}.tmp")
    try:
        _fill(temporary, data, mode, calls)
        yield temporary
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def stem_of(path: Path) -> str:
    """Of a temporary file the stem of the file that it was to become."""
    return path.name.removeprefix(".").partition(".")[0]


def _fill(path: Path, data: bytes, mode: int, calls: SystemCalls) -> None:
    file = calls.create(path, mode)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[calls.write(file, rest) :]
        calls.sync(file)
    finally:
        calls.close(file)
