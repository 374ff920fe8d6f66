"""One lock per dialog: a queue within the process, a locked file between processes."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from weakref import WeakValueDictionary

from filelock import FileLock, Timeout

from app.adapters.storage.dialog_files import storage_errors
from app.core.exceptions import StorageUnavailable
from app.core.threads import in_storage

POLL, SLOWEST = 0.01, 0.1  # seconds between two tries
PATIENCE = 30.0  # seconds that a thread waits


class Locks:
    """A lock file lives only while its lock is held, so that neither files nor memory grow.

    The holder unlinks it as the last act under the lock. That is safe because filelock looks, after
    it got the lock, whether the file still has a name, and otherwise starts again with the new one.
    A process that dies lets go by itself; its file is taken over, or swept at the next start.
    """

    def __init__(self, folder: Path, patience: float = PATIENCE) -> None:
        self._folder = folder
        self._patience = patience
        self._queues: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        """First come first served in this process; waiting costs no thread."""
        queue = self._queues.setdefault(name, asyncio.Lock())
        async with queue:
            lock = FileLock(self._path(name), thread_local=False)
            try:
                await self._wait_for(lock)
                yield
            finally:
                await in_storage(_let_go, lock)

    @contextmanager
    def hold_blocking(self, name: str) -> Iterator[None]:
        """For threads and short work. Raises StorageUnavailable, also when its turn does not come."""
        lock = FileLock(self._path(name), self._patience, thread_local=False, poll_interval=POLL)
        with storage_errors():  # a Timeout is one of them
            self._folder.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        try:
            yield
        finally:
            _let_go(lock)

    def is_held(self, name: str) -> bool:
        """By any process. Asks with a shared lock, so that two who ask do not mistake each other."""
        try:
            with self._path(name).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        except OSError as error:
            raise StorageUnavailable from error
        return False

    @contextmanager
    def if_free(self, name: str) -> Iterator[bool]:
        """Hold it when nobody does; False when somebody does."""
        lock = FileLock(self._path(name), thread_local=False)
        free = self._try(lock)
        try:
            yield free
        finally:
            _let_go(lock)

    def sweep(self) -> None:
        """Remove the lock files of processes that died."""
        for path in list(self._folder.glob("*.lock")):
            with self.if_free(path.stem):
                pass

    async def _wait_for(self, lock: FileLock) -> None:
        pause = POLL
        while not await in_storage(self._try, lock):
            await asyncio.sleep(pause)
            pause = min(2 * pause, SLOWEST)

    def _try(self, lock: FileLock) -> bool:
        with storage_errors():
            try:
                lock.acquire(blocking=False)
            except Timeout:
                return False
            except FileNotFoundError:
                self._folder.mkdir(parents=True, exist_ok=True)
                return False
            return True

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.lock"


def _let_go(lock: FileLock) -> None:
    if lock.is_locked:
        with suppress(OSError):
            Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()
