"""What changes the knowledge base: documents that are looked at, added and removed; approved answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.core.exceptions import CallCenterError
from app.core.knowledge import ApprovedAnswer, ApprovedAnswerNotFound, ArticleNotFound, DocumentRecord, Upload
from app.core.text import checked, language_of
from app.services.knowledge.library import Embedded, add_documents
from app.services.workbench import Workbench
from app.ui.knowledge.catalogue import DOCUMENT, answer_place
from app.ui.knowledge.panels import render_previews, render_progress
from app.ui.request import admit
from app.ui.room import render
from app.ui.words import RoomTexts, describe_left_out

NAME, TEXT, QUESTION, TITLE = 100, 4000, 2000, 300


@dataclass
class IngestWatch:
    timer: Callable[[], float] = time.monotonic
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.timer()

    def left(self, step: Embedded) -> int | None:
        """Seconds, rounded up; None while it cannot be estimated."""
        if not 0 < step.done < step.total:
            return None
        return int((self.timer() - self.began) / step.done * (step.total - step.done)) + 1


@dataclass(frozen=True)
class LibraryPanel:
    """A change needs the operator key where there is one, as over REST. Each answers with HTML."""

    bench: Workbench
    texts: RoomTexts

    async def preview(self, files: list[str] | None, key: str | None) -> AsyncIterator[str]:
        """What would be added, as it would be read."""
        if not files:
            yield self._status("no_file")
            return
        yield render_progress(None, None, self.texts)
        try:
            admit(self.bench.access, key)
            uploads = [await asyncio.to_thread(_upload, Path(file)) for file in files]
            read = await asyncio.to_thread(self.bench.knowledge.preview, uploads)
            known = await asyncio.to_thread(self.bench.knowledge.documents)
            yield render_previews(read, known, self.texts)
        except CallCenterError as error:
            yield self._problem(error)
        except FileNotFoundError:  # uploads are removed after a while
            yield self._status("no_file")

    async def put(self, files: list[str] | None, key: str | None) -> AsyncIterator[str]:
        """Progress, then what was added. Files stay until all are added, for another try."""
        if not files:
            yield self._status("no_file")
            return
        watch = IngestWatch()
        yield render_progress(None, None, self.texts)
        try:
            admit(self.bench.access, key)
            uploads = [await asyncio.to_thread(_upload, Path(file)) for file in files]
            async for step in add_documents(self.bench.knowledge, uploads):
                if isinstance(step, Embedded):
                    yield render_progress(step, watch.left(step), self.texts)
                else:
                    await asyncio.to_thread(_discard, files)
                    yield self._added(step)
        except CallCenterError as error:
            yield self._problem(error)
        except FileNotFoundError:
            yield self._status("no_file")

    def stop(self) -> str:
        return self._status("stopped")

    async def drop(self, name: str, key: str | None) -> str:
        try:
            admit(self.bench.access, key)
            record = await asyncio.to_thread(self.bench.knowledge.remove, name.removeprefix(DOCUMENT))
        except CallCenterError as error:
            return self._problem(error)
        return self._done("", self.texts.words["removed"].format(name=record.name, n=len(record.versions)))

    async def approve_answer(
        self, question: str, article: str, text: str, by: str, instead: str, key: str | None
    ) -> str:
        """`article` is a title, or an id; `instead` the place of the answer that this one replaces."""
        try:
            admit(self.bench.access, key)
            if not by.strip():
                return self._refused("by", self.texts.words["by_whom"])
            if bool(article.strip()) == bool(text.strip()):
                return self._refused("title", self.texts.words["one_answer"])
            asked = checked(question, QUESTION)
            lang = language_of(asked)
            approval = await asyncio.to_thread(
                self.bench.knowledge.approve, asked, lang, checked(by, NAME).strip(),
                self._article_id(article.strip(), lang), text.strip()[:TEXT],
                self.find(instead) if instead else None,
            )  # fmt: skip
        except CallCenterError as error:
            field = "title" if isinstance(error, ArticleNotFound) else "question"
            return self._refused(field, self.texts.describe_problem(error))
        return self._done(
            answer_place(approval), self.texts.words["approved"].format(question=approval.question)
        )

    async def withdraw(self, place: str, key: str | None) -> str:
        try:
            admit(self.bench.access, key)
            approval = self.find(place)
            await asyncio.to_thread(self.bench.knowledge.withdraw, approval)
        except CallCenterError as error:
            return self._problem(error)
        return self._done("", self.texts.words["withdrawn"].format(question=approval.question))

    def find(self, place: str) -> ApprovedAnswer:
        """Raises ApprovedAnswerNotFound."""
        for approval in self.bench.knowledge.approvals:
            if answer_place(approval) == place:
                return approval
        raise ApprovedAnswerNotFound

    def _article_id(self, title: str, lang: str) -> str:
        """Raises ArticleNotFound."""
        if not title:
            return ""
        articles = self.bench.knowledge.articles.values()
        named = [article for article in articles if title in (article.title, article.id)]
        found = next((article for article in named if article.lang == lang), next(iter(named), None))
        if found is None:
            raise ArticleNotFound(title)
        return found.id

    def _added(self, records: list[DocumentRecord]) -> str:
        missing = [
            describe_left_out(record.name, each, self.texts.language)
            for record in records
            for each in record.current.left_out
        ]
        lines = [self._line(record) for record in records]
        said = " ".join([self.texts.words["added"], *lines, *missing])
        return self._done(DOCUMENT + records[0].name if records else "", said)

    def _line(self, record: DocumentRecord) -> str:
        now = record.current
        langs = ", ".join(self.texts.words["languages"].get(lang, lang) for lang in now.langs)
        return str(self.texts.words["added_line"]).format(
            name=record.name, version=now.version, pieces=now.articles, langs=langs
        )

    def _done(self, opens: str, sentence: str) -> str:
        """The page shows the sentence, and opens what is named."""
        return render("knowledge.done", opens=opens, sentence=sentence)

    def _refused(self, field: str, sentence: str) -> str:
        return render("knowledge.refused", field=field, sentence=sentence)

    def _problem(self, error: CallCenterError) -> str:
        return render("shared.problem", sentence=self.texts.describe_problem(error))

    def _status(self, word: str) -> str:
        return render("shared.status", sentence=self.texts.words[word])


def _upload(path: Path) -> Upload:
    return Upload(path.stem, path.name, path.read_bytes())


def _discard(files: list[str]) -> None:
    for file in files:
        Path(file).unlink(missing_ok=True)
