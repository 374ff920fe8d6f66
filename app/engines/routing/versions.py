"""Fitted routers of a team: one folder per version, and the file `current` that names the active one."""

from __future__ import annotations

import logging
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from app.core import durable
from app.core.config import Settings
from app.core.exceptions import CallCenterError, SettingInvalid
from app.engines.routing.artefact import SHIPPED

log = logging.getLogger(__name__)  # on stderr, where commands print to stdout
CURRENT, RECORD = "current", "record.json"
SHIPPED_NAME = "shipped"
DEFAULT: Path = Settings.model_fields["router_artefact"].default


class VersionNotFound(CallCenterError):
    status = 404
    code = "version_not_found"

    def __init__(self, name: str, root: Path) -> None:
        super().__init__(f"Router {name} does not exist in {root}; see `call-center routers`.")


class VersionRecord(BaseModel):
    """How a version was trained, and how it compares with `baseline`: `losses` speak against promoting it.

    `lines` counts all training lines, `extra` the team's own by file. Contains no text of a customer.
    """

    version: str
    fitted: datetime
    lines: int
    labels: dict[str, int]
    extra: dict[str, int] = Field(default_factory=dict)
    baseline: str = ""
    sets: list[str] = Field(default_factory=list)
    runs: list[str] = Field(default_factory=list)
    sentence: str = ""
    losses: list[str] = Field(default_factory=list)


def artefact_folder(chosen: Path) -> Path:
    """The folder that ROUTER_ARTEFACT means: itself, or the version that a file of this name names.

    The default means the shipped router until a version is promoted. Raises SettingInvalid.
    """
    if chosen.is_dir():
        return chosen
    if not chosen.exists():
        if chosen == DEFAULT:
            return SHIPPED
        raise SettingInvalid("ROUTER_ARTEFACT", f"there is no {chosen}")
    try:
        name = chosen.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingInvalid("ROUTER_ARTEFACT", f"{chosen} names no version") from None
    if name == SHIPPED_NAME:
        return SHIPPED
    if not _is_name(name) or not (chosen.parent / name).is_dir():
        shown = name[:60].splitlines()[0] if name else "nothing"
        raise SettingInvalid("ROUTER_ARTEFACT", f"{chosen} names {shown!r}, which is no version beside it")
    return chosen.parent / name


def name_of(folder: Path) -> str:
    return SHIPPED_NAME if folder == SHIPPED else folder.name


def version_of(now: datetime, data_hash: str) -> str:
    return f"{now:%Y%m%d}-{data_hash[:8]}"


@dataclass(frozen=True)
class Versions:
    root: Path

    @property
    def pointer(self) -> Path:
        return self.root / CURRENT

    @contextmanager
    def new(self) -> Iterator[Path]:
        """A folder to fit into; removed afterwards unless `keep` moved it."""
        self.root.mkdir(parents=True, exist_ok=True)
        part = self.root / f".{secrets.token_hex(4)}.part"
        part.mkdir()
        try:
            yield part
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def keep(self, part: Path, record: VersionRecord) -> Path:
        """The same lines on the same day are the same version: the newer fit replaces the older one."""
        folder = self.root / record.version
        self._write(part, record)
        if folder.exists():
            folder.replace(part.with_suffix(".old"))
        part.replace(folder)
        shutil.rmtree(part.with_suffix(".old"), ignore_errors=True)
        return folder

    def update(self, record: VersionRecord) -> None:
        self._write(self.root / record.version, record)

    def record(self, name: str) -> VersionRecord:
        """Raises VersionNotFound."""
        try:
            if not _is_name(name):
                raise VersionNotFound(name, self.root)
            return VersionRecord.model_validate_json((self.root / name / RECORD).read_bytes())
        except (OSError, ValidationError):
            raise VersionNotFound(name, self.root) from None

    def list(self) -> list[VersionRecord]:
        """Newest first; records that cannot be read are left out and logged once."""
        found = []
        for path in self.root.glob(f"[!.]*/{RECORD}"):
            try:
                found.append(VersionRecord.model_validate_json(path.read_bytes()))
            except (OSError, ValidationError):
                _warn_once(path.parent.name)
        return sorted(found, key=lambda record: record.fitted, reverse=True)

    def promote(self, name: str) -> None:
        """Atomic; a service uses it after its next start. Raises VersionNotFound."""
        if name != SHIPPED_NAME:
            self.record(name)
        self.root.mkdir(parents=True, exist_ok=True)
        durable.write(self.pointer, f"{name}\n")

    def _write(self, folder: Path, record: VersionRecord) -> None:
        durable.write(folder / RECORD, record.model_dump_json(indent=1) + "\n")


def _is_name(name: str) -> bool:
    return bool(name) and not name.startswith(".") and Path(name).name == name


@cache
def _warn_once(name: str) -> None:
    log.warning("the record of router %s cannot be read: it is left out", name)
