"""A write that is whole or not there, also after a power cut."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from app.core.knowledge import LibraryUnavailable

PATIENCE = 30.0  # seconds for the lock of another process


def write(path: Path, data: bytes) -> None:
    """Create or replace; durable when it returns. Raises OSError, and the old file then still stands."""
    beside = path.with_name(f".{path.name}.{uuid4().hex}.tmp")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync(path.parent)


def sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def changing(root: Path) -> Iterator[None]:
    """One writer at a time over processes. Raises LibraryUnavailable."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        with FileLock(root / ".lock", timeout=PATIENCE):
            yield
    except Timeout:
        raise LibraryUnavailable("another process is changing it") from None
    except OSError as error:
        raise LibraryUnavailable(error.strerror or "the disk refused") from error
