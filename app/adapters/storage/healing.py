"""Bringing the index up to date with the files: after a crash, a lost index, or a failed index write."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from threading import Event, Lock, Thread
from time import sleep

import structlog

from app.adapters.storage import index_rows
from app.adapters.storage.dialog_files import DialogFiles
from app.adapters.storage.index import PAUSE, DialogIndex
from app.core.exceptions import DialogNotFound, DialogQuarantined, IndexBuilding, StorageUnavailable

log = structlog.get_logger()
BATCH = 50  # files a transaction: writers wait for its end
AT_ONCE = 500  # differences that whoever asks waits for; more are worked off in the background


class Healer:
    """Reads only files whose stamp differs from their row's.

    A file is read inside the write transaction: a writer elsewhere puts its row after it renamed its
    file, so whichever of both comes last has seen the newest file. So a build may be cut at any moment,
    and several processes may build at once: what stands in the index by then is not read again.
    """

    def __init__(self, files: DialogFiles, index: DialogIndex, at_once: int = AT_ONCE) -> None:
        self._files = files
        self._index = index
        self._at_once = at_once
        self._turn = Lock()
        self._doubtful: set[str] = set()
        self._builder: Thread | None = None
        self._stopped = Event()
        self._done = self._all = 0

    @property
    def building(self) -> str:
        """How far it is; empty while nothing is built."""
        builder = self._builder
        return f"{self._done} of {self._all}" if builder and builder.is_alive() else ""

    def doubt(self, dialog_id: str) -> None:
        """Its row could not be written; look at it before the next listing."""
        self._doubtful.add(dialog_id)

    def heal(self) -> None:
        """Nearly free when there is nothing to heal. Raises IndexBuilding."""
        with self._turn:
            if progress := self.building:
                raise IndexBuilding(progress)
            if not self._index.is_trusted():
                self._compare()
            if self._doubtful:
                self._settle()

    def stop(self) -> None:
        """Builds no further; the next start goes on."""
        self._stopped.set()
        if self._builder:
            self._builder.join()
        self._stopped.clear()

    def _compare(self) -> None:
        path, names = self._index.path, self._differences()
        if len(names) <= self._at_once:
            self._refresh(names)
            self._index.trust(path)
            return
        self._done, self._all = 0, len(names)
        self._builder = Thread(target=self._build, args=(path, names), name="index builder", daemon=True)
        self._builder.start()
        log.info("index_building", dialogs=self._all)
        raise IndexBuilding(self.building or f"0 of {self._all}")

    def _build(self, path: Path | None, names: Sequence[str]) -> None:
        try:
            self._refresh(names)
        except StorageUnavailable as error:
            log.warning("index_not_built", error=repr(error.__cause__), done=self._done, dialogs=self._all)
            return
        if not self._stopped.is_set():
            self._index.trust(path)
            log.info("index_built", dialogs=self._all)

    def _settle(self) -> None:
        """Where the index cannot be written, it is read as it stands: a full disk stops no reader."""
        names = list(self._doubtful)
        self._doubtful.difference_update(names)
        try:
            self._refresh(names)
        except StorageUnavailable as error:
            self._doubtful.update(names)
            log.warning("index_update_failed", dialogs=len(names), error=repr(error.__cause__))

    def _differences(self) -> list[str]:
        on_disk = self._files.stamps()
        with self._index.reading() as connection:
            known = index_rows.stamps(connection)
        changed = [name for name, stamp in on_disk.items() if known.get(name) != stamp]
        return changed + [name for name in known if name not in on_disk]

    def _refresh(self, names: Sequence[str]) -> None:
        rest = iter(names)
        while (batch := list(islice(rest, BATCH))) and not self._stopped.is_set():
            with self._index.writing() as connection:
                for name in batch:
                    self._refresh_one(connection, name)
            self._done += len(batch)
            if len(names) > BATCH:
                sleep(PAUSE)
        self._index.forget_what_was_left()

    def _refresh_one(self, connection: sqlite3.Connection, name: str) -> None:
        stamp = self._files.stamp(name)
        if stamp is None:
            index_rows.remove(connection, name)
        elif stamp != index_rows.stamp(connection, name):
            try:
                index_rows.put(connection, self._files.load(name), stamp)
            except (DialogNotFound, DialogQuarantined):
                index_rows.remove(connection, name)
            except StorageUnavailable as error:
                self.doubt(name)
                log.warning("dialog_unreadable", dialog_id=name, error=repr(error.__cause__))
