"""A disk that is recorded, or that fails on demand."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.adapters.storage.dialog_files import Files
from app.core.durable import SystemCalls


class RecordingCalls(SystemCalls):
    """Does everything for real and writes down what it did, and to which file."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []
        self._open: dict[int, str] = {}

    def create(self, path: Path, mode: int) -> int:
        file = super().create(path, mode)
        self._open[file] = path.name
        self.done.append(("create", path.name))
        return file

    def write(self, file: int, data: memoryview) -> int:
        """Two bytes first: the kernel may take less than it was given."""
        self.done.append(("write", self._open[file]))
        return super().write(file, data[:2] if len(self.done) == 2 else data)

    def sync(self, file: int) -> None:
        super().sync(file)
        self.done.append(("sync", self._open[file]))

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        self.done.append(("rename", f"{source.name} -> {target.name}"))

    def sync_folder(self, folder: Path) -> None:
        super().sync_folder(folder)
        self.done.append(("sync_folder", folder.name))

    def remove(self, path: Path) -> None:
        super().remove(path)
        self.done.append(("remove", path.name))


class FailingCalls(SystemCalls):
    """Fails with `error` at `step` until `error` is None; a write fails after half of its bytes."""

    def __init__(self, step: str, error: int) -> None:
        self.step = step
        self.error: int | None = error

    def create(self, path: Path, mode: int) -> int:
        self._fail("create")
        return super().create(path, mode)

    def write(self, file: int, data: memoryview) -> int:
        if self.error is not None and self.step == "write":
            super().write(file, data[: len(data) // 2])
        self._fail("write")
        return super().write(file, data)

    def sync(self, file: int) -> None:
        self._fail("sync")
        super().sync(file)

    def rename(self, source: Path, target: Path) -> None:
        self._fail("rename")
        super().rename(source, target)

    def remove(self, path: Path) -> None:
        self._fail("remove")
        super().remove(path)

    def _fail(self, step: str) -> None:
        if self.error is not None and step == self.step:
            raise OSError(self.error, os.strerror(self.error))


class InPlaceFiles(Files):
    """The negative control: writes over the old file, a few bytes at a time, and calls that done."""

    def write(self, path: Path, data: bytes) -> None:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for start in range(0, len(data), 64):
            os.write(file, data[start : start + 64])
        os.close(file)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """The kernel itself refuses more: real errors, in the index as well."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


FULL = errno.ENOSPC
QUOTA = errno.EDQUOT
READ_ONLY = errno.EROFS
BROKEN = errno.EIO
