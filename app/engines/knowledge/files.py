"""The files of a team's library, and articles (Markdown with YAML front matter; the file name is the id).

The manifest is authoritative: what it does not name does not exist.

manifest.json                         documents and their versions
documents/<name>-<hash>/<version>/    source.<ending>, pieces.json, vectors.npz
approved.jsonl, approved.npz          approved answers
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from app.core import durable
from app.core.knowledge import ApprovedAnswer, DocumentRecord, LibraryDamaged, LibraryUnavailable
from app.core.models import Article
from app.core.yaml import YAMLError, parse
from app.engines.knowledge.documents.pieces import slug

KEPT = 512  # texts of articles; what is built again in the same process reads the same ones
_FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_STEP = re.compile(r"^\d+\. (.+)$", re.MULTILINE)


def load_articles(root: Path) -> list[Article]:
    """All articles below `root`, in the order of their paths. Raises ValueError naming a bad file."""
    return [read_article(path) for path in sorted(root.rglob("*.md"))]


def read_article(path: Path) -> Article:
    try:
        article = _parsed(path.read_text(encoding="utf-8"))
    except (ValueError, TypeError, YAMLError) as error:
        raise ValueError(f"{path}: {error}") from error
    if article.id != path.stem:
        raise ValueError(f"{path}: the id {article.id!r} is not the file's name")
    return article


@lru_cache(KEPT)
def _parsed(text: str) -> Article:
    parts = _FRONT.match(text)
    if parts is None:
        raise ValueError("an article begins with a front matter between two lines of ---")
    front, body = parse(parts[1]), parts[2].strip()
    intro = body.split("\n\n", 1)[0]
    return Article(**front, intro=intro, body=body, steps=_STEP.findall(body))


MANIFEST, APPROVED, PIECES = "manifest.json", "approved.jsonl", "pieces.json"
PATIENCE = 30.0  # seconds for the lock of another process
_ARTICLES = TypeAdapter(list[Article])
Mark = tuple[int, int, int] | None


class Manifest(BaseModel):
    documents: list[DocumentRecord] = Field(default_factory=list)

    def find(self, name: str) -> DocumentRecord | None:
        return next((record for record in self.documents if record.name == name), None)


@dataclass(frozen=True)
class Shelf:
    root: Path

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One writer at a time over processes. Raises LibraryUnavailable."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with FileLock(self.root / ".lock", timeout=PATIENCE):
                yield
        except Timeout:
            raise LibraryUnavailable("another process is changing it") from None
        except OSError as error:
            raise LibraryUnavailable(error.strerror or "the disk refused") from error

    def stamp(self) -> tuple[Mark, Mark]:
        """Every write is a new file, so its inode tells it even within one tick of the clock."""
        return _mark(self.root / MANIFEST), _mark(self.root / APPROVED)

    def manifest(self) -> Manifest:
        """Raises LibraryDamaged."""
        path = self.root / MANIFEST
        with _readable(path):
            return Manifest.model_validate_json(path.read_bytes()) if path.exists() else Manifest()

    def keep(self, manifest: Manifest) -> None:
        durable.write(self.root / MANIFEST, manifest.model_dump_json(indent=1).encode())

    def folder(self, name: str, version: int | None = None) -> Path:
        whole = self.root / "documents" / f"{slug(name)}-{sha256(name.encode()).hexdigest()[:8]}"
        return whole if version is None else whole / str(version)

    def pieces(self, name: str, version: int) -> list[Article]:
        """Raises LibraryDamaged."""
        path = self.folder(name, version) / PIECES
        with _readable(path):
            return _ARTICLES.validate_json(path.read_bytes())

    def put(self, folder: Path, source: str, data: bytes, articles: Sequence[Article]) -> None:
        shutil.rmtree(folder, ignore_errors=True)  # of a process that died before the manifest named it
        folder.mkdir(parents=True)
        durable.write(folder / source, data)
        durable.write(folder / PIECES, _ARTICLES.dump_json(list(articles), indent=1))
        for parent in (folder.parent, folder.parent.parent, self.root):
            durable.CALLS.sync_folder(parent)

    def approvals(self) -> list[ApprovedAnswer]:
        """Of two for one question the later one. Raises LibraryDamaged."""
        path = self.root / APPROVED
        with _readable(path):
            lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
            every = [ApprovedAnswer.model_validate_json(line) for line in lines if line.strip()]
        return list({a.key: a for a in every}.values())

    def keep_approvals(self, approvals: Sequence[ApprovedAnswer]) -> None:
        lines = "".join(f"{approval.model_dump_json()}\n" for approval in approvals)
        durable.write(self.root / APPROVED, lines.encode())


def _mark(path: Path) -> Mark:
    try:
        facts = path.stat()
    except FileNotFoundError:
        return None
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (ValidationError, UnicodeDecodeError):
        raise LibraryDamaged(path.name, "it is not what this program wrote") from None
    except OSError as error:
        raise LibraryDamaged(path.name, error.strerror or "it cannot be read") from error
