"""One `<dialog_id>.json` per dialog, written durably; damaged files are moved to `.quarantine/`."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import structlog
from pydantic import ValidationError

from app.adapters.storage.codec import PLAIN, Codec
from app.adapters.storage.listing import is_dialog_id
from app.core import durable
from app.core.dialog import Dialog
from app.core.durable import CALLS, OWNER, SystemCalls
from app.core.exceptions import DialogNotFound, DialogQuarantined, StorageFull, StorageUnavailable

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


log = structlog.get_logger()


class Stamp(NamedTuple):
    """Tells one version of a file from the next without reading it."""

    mtime_ns: int
    size: int


class DialogFiles:
    """No path is built from an id that is not ours. All of it blocks."""

    def __init__(self, root: Path, files: Files, codec: Codec = PLAIN) -> None:
        self._root = root
        self._quarantine = root / ".quarantine"
        self._files = files
        self._codec = codec

    def load(self, dialog_id: str) -> Dialog:
        """Raises DialogNotFound, DialogQuarantined or StorageLocked; moves a damaged file aside."""
        path = self._path(dialog_id)
        try:
            with storage_errors(), path.open("rb") as file:
                seen, data = os.fstat(file.fileno()), file.read()
        except StorageUnavailable as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
            self._explain_absence(dialog_id)
        document = self._codec.decode(data)
        dialog = _parse(document) if document is not None else None
        if dialog is None or dialog.dialog_id != dialog_id:
            self._set_aside(path, seen, "checksum" if document is None else "content")
            raise DialogQuarantined(dialog_id)
        return dialog

    def store(self, dialog: Dialog) -> Stamp:
        """Durable when it returns."""
        path = self._path(dialog.dialog_id)
        self._files.write(path, self._codec.encode(dialog.model_dump_json(by_alias=True, indent=2).encode()))
        with storage_errors():
            return _stamp(path.stat())

    def remove(self, dialog_id: str) -> None:
        """The quarantined copy goes too. Raises DialogNotFound when there was neither."""
        path = self._path(dialog_id)
        copies = [path, self._quarantine / path.name]
        removed = [self._files.remove(copy) for copy in copies]
        if not any(removed):
            raise DialogNotFound(dialog_id)

    def is_current(self, dialog_id: str) -> bool:
        """Whether it stands as it would be written now. Raises StorageUnavailable, also where it is gone."""
        with storage_errors():
            return self._codec.is_current(self._path(dialog_id).read_bytes())

    def stamps(self) -> dict[str, Stamp]:
        """Every dialog file of the folder."""
        with storage_errors():
            return dict(self._scan())

    def stamp(self, dialog_id: str) -> Stamp | None:
        with storage_errors():
            try:
                return _stamp(self._path(dialog_id).stat())
            except FileNotFoundError:
                return None

    def quarantined(self) -> list[str]:
        with storage_errors():
            return sorted(path.stem for path in self._quarantine.glob("*.json"))

    def _scan(self) -> Iterator[tuple[str, Stamp]]:
        with os.scandir(self._root) as entries:
            for entry in entries:
                stem, dot, suffix = entry.name.partition(".")
                if (dot, suffix) == (".", "json") and is_dialog_id(stem):
                    try:
                        yield stem, _stamp(entry.stat())
                    except FileNotFoundError:
                        continue  # deleted since the folder was listed

    def _path(self, dialog_id: str) -> Path:
        if not is_dialog_id(dialog_id):
            raise DialogNotFound(dialog_id)
        return self._root / f"{dialog_id}.json"

    def _explain_absence(self, dialog_id: str) -> None:
        """Always raises: a missing folder is a fault of the disk, not a missing dialog."""
        with storage_errors():
            self._root.stat()
            if (self._quarantine / f"{dialog_id}.json").exists():
                raise DialogQuarantined(dialog_id)
        raise DialogNotFound(dialog_id)

    def _set_aside(self, path: Path, seen: os.stat_result, wrong: str) -> None:
        log.error("dialog_damaged", dialog_id=path.stem, size=seen.st_size, wrong=wrong)
        try:
            with storage_errors():
                unchanged = os.path.samestat(seen, path.stat())
            if unchanged:
                self._files.move(path, self._quarantine)
        except StorageUnavailable as error:
            log.warning("quarantine_failed", dialog_id=path.stem, error=repr(error.__cause__))


def _parse(data: bytes) -> Dialog | None:
    try:
        return Dialog.model_validate_json(data)
    except ValidationError:
        return None


def _stamp(stat: os.stat_result) -> Stamp:
    return Stamp(stat.st_mtime_ns, stat.st_size)
