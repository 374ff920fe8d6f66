"""Bringing the index up to date with the files: after a crash, a lost index, or a failed index write."""

from __future__ import annotations

import sqlite3
from itertools import islice
from threading import Lock

import structlog

from app.adapters.storage import index_rows
from app.adapters.storage.dialog_files import DialogFiles
from app.adapters.storage.index import Index
from app.core.exceptions import DialogNotFound, DialogQuarantined, StorageUnavailable

log = structlog.get_logger()
BATCH = 200


class Healer:
    """Reads only files whose stamp differs from their row's.

    A file is read inside the write transaction: a writer elsewhere puts its row after it renamed its
    file, so whichever of both comes last has seen the newest file.
    """

    def __init__(self, files: DialogFiles, index: Index) -> None:
        self._files = files
        self._index = index
        self._turn = Lock()
        self._doubtful: set[str] = set()

    def doubt(self, dialog_id: str) -> None:
        """Its row could not be written; look at it before the next listing."""
        self._doubtful.add(dialog_id)

    def heal(self) -> None:
        """Nearly free when there is nothing to heal."""
        with self._turn:
            if not self._index.is_trusted():
                self._compare()
            if self._doubtful:
                self._settle()

    def _compare(self) -> None:
        self._index.trust()
        try:
            self._refresh(self._differences())
        except StorageUnavailable:
            self._index.distrust()
            raise

    def _settle(self) -> None:
        names = list(self._doubtful)
        self._doubtful.difference_update(names)
        try:
            self._refresh(names)
        except StorageUnavailable:
            self._doubtful.update(names)
            raise

    def _differences(self) -> list[str]:
        on_disk = self._files.stamps()
        with self._index.reading() as connection:
            known = index_rows.stamps(connection)
        changed = [name for name, stamp in on_disk.items() if known.get(name) != stamp]
        return changed + [name for name in known if name not in on_disk]

    def _refresh(self, names: list[str]) -> None:
        rest = iter(names)
        while batch := list(islice(rest, BATCH)):
            with self._index.writing() as connection:
                for name in batch:
                    self._refresh_one(connection, name)
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
