"""Dialogs as files: one `<dialog_id>.json` each, damaged ones moved aside into `.quarantine/`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import structlog
from pydantic import ValidationError

from app.adapters.storage.files import Files, storage_errors
from app.adapters.storage.listing import is_dialog_id
from app.core.dialog import Dialog
from app.core.exceptions import DialogNotFound, DialogQuarantined, StorageUnavailable

log = structlog.get_logger()


class Stamp(NamedTuple):
    """Tells one version of a file from the next without reading it."""

    mtime_ns: int
    size: int


class DialogFiles:
    """No path is built from an id that is not ours. All of it blocks."""

    def __init__(self, root: Path, files: Files) -> None:
        self._root = root
        self._quarantine = root / ".quarantine"
        self._files = files

    def load(self, dialog_id: str) -> Dialog:
        """Raises DialogNotFound or DialogQuarantined; moves a damaged file aside."""
        path = self._path(dialog_id)
        try:
            with storage_errors(), path.open("rb") as file:
                seen, data = os.fstat(file.fileno()), file.read()
        except StorageUnavailable as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
            self._explain_absence(dialog_id)
        dialog = _parsed(data)
        if dialog is None or dialog.dialog_id != dialog_id:
            self._set_aside(path, seen)
            raise DialogQuarantined(dialog_id)
        return dialog

    def store(self, dialog: Dialog) -> Stamp:
        """Durable when it returns."""
        path = self._path(dialog.dialog_id)
        self._files.write(path, dialog.model_dump_json(by_alias=True, indent=2).encode())
        with storage_errors():
            return _stamp(path.stat())

    def remove(self, dialog_id: str) -> None:
        """The quarantined copy goes too. Raises DialogNotFound when there was neither."""
        path = self._path(dialog_id)
        copies = [path, self._quarantine / path.name]
        removed = [self._files.remove(copy) for copy in copies]
        if not any(removed):
            raise DialogNotFound(dialog_id)

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

    def _set_aside(self, path: Path, seen: os.stat_result) -> None:
        log.error("dialog_damaged", dialog_id=path.stem, size=seen.st_size)
        try:
            with storage_errors():
                unchanged = os.path.samestat(seen, path.stat())
            if unchanged:
                self._files.move(path, self._quarantine)
        except StorageUnavailable as error:
            log.warning("quarantine_failed", dialog_id=path.stem, error=repr(error.__cause__))


def _parsed(data: bytes) -> Dialog | None:
    try:
        return Dialog.model_validate_json(data)
    except ValidationError:
        return None


def _stamp(stat: os.stat_result) -> Stamp:
    return Stamp(stat.st_mtime_ns, stat.st_size)
