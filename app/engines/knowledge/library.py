"""A team's documents beside the shipped articles: stored by version, searched together."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from app.core.documents import DocumentUnusable, Unusable, Watch, onward
from app.core.knowledge import (
    ApprovedAnswer,
    ApprovedAnswerNotFound,
    Document,
    DocumentNotFound,
    DocumentRecord,
    DocumentVersion,
    Embed,
    KnowledgeIndex,
    LibraryDamaged,
    Tell,
    Upload,
)
from app.core.models import Article
from app.core.ports import Embedder, Vectors
from app.engines.knowledge.documents.apart import read_apart
from app.engines.knowledge.documents.pieces import Guess, Maker
from app.engines.knowledge.documents.reading import format_of
from app.engines.knowledge.files import Manifest, Shelf
from app.engines.knowledge.search import HybridSearch
from app.engines.knowledge.vectors import keep_rows, kept_rows, made_rows, phrases, vectors_of

VECTORS = "vectors.npz"
TRIES = 3


@dataclass(frozen=True)
class LibraryContext:
    """What a library stands in; the vectors of `shipped` are kept in `vectors`.

    Not `with_shipped`: shipped articles only give the centre of vectors.
    """

    shipped: Sequence[Article]
    embedder: Embedder | None
    agents: Collection[str]
    guess: Guess
    clock: Callable[[], datetime]
    with_shipped: bool = True
    vectors: Path | None = None


class TeamLibrary:
    """`root` is created by the first change. A team's piece replaces the shipped article of its id."""

    def __init__(self, root: Path, context: LibraryContext) -> None:
        self._shelf = Shelf(root)
        self._context = context

    def stamp(self) -> object:
        return self._shelf.stamp()

    def read(self, upload: Upload, watch: Watch = onward) -> Document:
        read = read_apart(upload.file, upload.data, watch)

        def guess(text: str) -> str:
            watch()
            return self._context.guess(text)

        maker = Maker(upload, self._context.agents, guess)
        return Document(upload, format_of(upload.file), maker.articles(read.sections), read.left_out)

    def add(self, documents: Sequence[Document], tell: Tell) -> list[DocumentRecord]:
        """Vectors take long, so they are made before the lock is taken."""
        texts = [_phrases(document.articles) for document in documents]
        rows = self._rows_of(texts, tell)
        made: list[Path] = []
        with self._shelf.changing():
            manifest = self._shelf.manifest()
            try:
                records = [self._put(manifest, document, made) for document in documents]
                if self._context.embedder is not None:
                    for folder, each, vectors in zip(made, texts, rows, strict=True):
                        keep_rows(folder / VECTORS, each, vectors, self._context.embedder)
            except BaseException:
                for folder in made:
                    shutil.rmtree(folder, ignore_errors=True)
                raise
            self._shelf.keep(manifest)  # where this fails the new manifest may still stand: folders stay
        return records

    def records(self) -> list[DocumentRecord]:
        return sorted(self._shelf.manifest().documents, key=lambda record: record.name)

    def remove(self, name: str) -> DocumentRecord:
        with self._shelf.changing():
            manifest = self._shelf.manifest()
            record = manifest.find(name)
            if record is None:
                raise DocumentNotFound(name)
            manifest.documents.remove(record)
            self._shelf.keep(manifest)
            shutil.rmtree(self._shelf.folder(name), ignore_errors=True)
        return record

    def approve(self, approval: ApprovedAnswer, instead: ApprovedAnswer | None = None) -> None:
        with self._shelf.changing():
            kept = [each for each in self._shelf.approvals() if instead is None or each.key != instead.key]
            self._shelf.keep_approvals([*kept, approval])

    def withdraw(self, approval: ApprovedAnswer) -> None:
        with self._shelf.changing():
            known = self._shelf.approvals()
            kept = [each for each in known if each.key != approval.key]
            if len(kept) == len(known):
                raise ApprovedAnswerNotFound
            self._shelf.keep_approvals(kept)

    def index(self) -> KnowledgeIndex:
        """Once more where another process took a document away in between."""
        for _ in range(TRIES):
            before = self._shelf.stamp()
            try:
                return self._index()
            except LibraryDamaged:
                if before == self._shelf.stamp():
                    raise
        return self._index()

    def _index(self) -> KnowledgeIndex:
        team = [(r, self._shelf.pieces(r.name, r.current.version)) for r in self._shelf.manifest().documents]
        own = [article for _, articles in team for article in articles]
        replaced = {(a.lang, a.id) for a in own}
        kept = [(a.lang, a.id) not in replaced and self._context.with_shipped for a in self._context.shipped]
        articles = [a for a, stays in zip(self._context.shipped, kept, strict=True) if stays] + own
        shelves = {(a.lang, a.id): a for a in articles}
        approvals = self._shelf.approvals()
        embedder = self._context.embedder
        if embedder is None or not self._context.shipped:
            return KnowledgeIndex(HybridSearch(articles, embedder), shelves, approvals)
        shipped = vectors_of(self._context.shipped, embedder, self._context.vectors)
        centre = shipped.mean(axis=0)
        rows = [
            shipped[_rows(self._context.shipped, kept)],
            *(self._vectors(r, a, embedder) for r, a in team),
        ]
        base = HybridSearch(articles, embedder, np.concatenate(rows), centre)
        embed = _make_embed(embedder, centre)
        asked = kept_rows(self._shelf.root / "approved.npz", [a.question for a in approvals], embedder)
        return KnowledgeIndex(base, shelves, approvals, _unit(asked - centre), embed)

    def _put(self, manifest: Manifest, document: Document, made: list[Path]) -> DocumentRecord:
        upload, record = document.upload, manifest.find(document.upload.name)
        self._check_ids(manifest, document)
        version = record.current.version + 1 if record else 1
        folder = self._shelf.folder(upload.name, version)
        made.append(folder)
        articles = [article.model_copy(update={"version": version}) for article in document.articles]
        self._shelf.put(folder, f"source{PurePath(upload.file).suffix.lower()}", upload.data, articles)
        facts = DocumentVersion(
            version=version,
            file=PurePath(upload.file).name,
            format=document.format,
            added=self._context.clock(),
            digest=sha256(upload.data).hexdigest(),
            articles=len(articles),
            langs=sorted({a.lang for a in articles}),
            left_out=document.left_out,
        )
        if record is None:
            record = DocumentRecord(name=upload.name, versions=[facts])
            manifest.documents.append(record)
        else:
            record.versions.append(facts)
        return record

    def _check_ids(self, manifest: Manifest, document: Document) -> None:
        """Raises DocumentUnusable where another document holds an article of the same id."""
        ours = {(a.lang, a.id) for a in document.articles}
        for record in manifest.documents:
            if record.name == document.upload.name:
                continue
            for other in self._shelf.pieces(record.name, record.current.version):
                if (other.lang, other.id) in ours:
                    file, taken = document.upload.file, {"id": other.id, "other": record.name}
                    raise DocumentUnusable(file, Unusable.ID_TAKEN, **taken)

    def _rows_of(self, texts: Sequence[list[str]], tell: Tell) -> list[Vectors]:
        """One array a document; none without an embedder."""
        if self._context.embedder is None:
            return []
        every = made_rows([text for each in texts for text in each], self._context.embedder, tell)
        return np.split(every, np.cumsum([len(each) for each in texts])[:-1])

    def _vectors(self, record: DocumentRecord, articles: Sequence[Article], embedder: Embedder) -> Vectors:
        path = self._shelf.folder(record.name, record.current.version) / VECTORS
        return kept_rows(path, _phrases(articles), embedder)


def _phrases(articles: Sequence[Article]) -> list[str]:
    return [phrase for article in articles for phrase in phrases(article)]


def _rows(articles: Sequence[Article], kept: Sequence[bool]) -> NDArray[np.bool_]:
    """Which rows of vectors belong to the articles that are kept."""
    return np.repeat(np.array(kept, dtype=bool), [len(phrases(a)) for a in articles])


def _make_embed(embedder: Embedder, centre: Vectors) -> Embed:
    return lambda text: _unit(embedder.embed([text]) - centre)[0]


def _unit(rows: Vectors) -> Vectors:
    scaled: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return scaled
