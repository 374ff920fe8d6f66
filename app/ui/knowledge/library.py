"""The lower half of the knowledge room: documents of the team, and answers that a person approved."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.core.knowledge import DocumentRecord, Upload
from app.core.text import checked, language_of
from app.services.knowledge.library import Embedded, add_documents
from app.services.operators.auth import openness
from app.services.workbench import Workbench
from app.ui.knowledge.panels import render_approvals, render_documents, render_progress
from app.ui.request import admit
from app.ui.room import QUIET, render
from app.ui.words import RoomTexts, describe_left_out

Refresh = tuple[Callable[..., Any], list[Any], gr.HTML]
"""A listener, its inputs and its output: run after the library has changed."""


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


NAME, TEXT, QUESTION = 100, 4000, 2000


class LibraryPanel:
    """A change needs the operator key where there is one, as over REST."""

    def __init__(self, bench: Workbench, texts: RoomTexts) -> None:
        self.bench = bench
        self.texts = texts
        self.words = texts.words

    def build(self) -> None:
        words, settings = self.words, self.bench.settings
        closed = openness(settings) == "nobody"
        with gr.Accordion(words["documents"], open=False, elem_id="cc-kb-documents"):
            gr.HTML(render("shared.note", sentence=words["closed" if closed else "documents_note"]))
            self.table = gr.HTML(elem_id="cc-kb-table")
            with gr.Row(elem_id="cc-kb-change"):
                self._build_add()
                self._build_remove()
            self.said = gr.HTML(elem_id="cc-kb-said")
        with gr.Accordion(words["approvals"], open=False, elem_id="cc-kb-approvals"):
            self._build_approve()

    def _build_add(self) -> None:
        words = self.words
        with gr.Column(scale=3, min_width=280):
            self.files = gr.File(label=words["file"], file_count="multiple", height=130, elem_id="cc-kb-file")
            with gr.Row():
                self.add = gr.Button(words["add"], variant="primary", min_width=120, elem_id="cc-kb-add")
                self.stop = gr.Button(words["stop"], min_width=120, visible=False, elem_id="cc-kb-stop")

    def _build_remove(self) -> None:
        words = self.words
        with gr.Column(scale=2, min_width=280):
            self.chosen = gr.Dropdown([], label=words["remove_which"], elem_id="cc-kb-chosen")
            self.remove = gr.Button(words["remove"], min_width=120, elem_id="cc-kb-remove")
            with gr.Group(visible=False) as self.sure:
                self.really = gr.HTML()
                with gr.Row():
                    self.yes = gr.Button(
                        words["really_yes"], variant="stop", size="sm", min_width=110, elem_id="cc-kb-yes"
                    )
                    self.no = gr.Button(words["really_no"], size="sm", min_width=110, elem_id="cc-kb-no")

    def _build_approve(self) -> None:
        words = self.words
        gr.HTML(render("shared.note", sentence=words["approvals_note"]))
        with gr.Row():
            self.question = gr.Textbox(
                label=words["typical"], max_length=QUESTION, scale=3, min_width=260, elem_id="cc-kb-typical"
            )
            self.by = gr.Textbox(
                label=words["by"], max_length=NAME, scale=1, min_width=160, elem_id="cc-kb-by"
            )
        with gr.Row():
            self.answer_id = gr.Textbox(
                label=words["answer_id"], max_length=200, scale=1, min_width=200, elem_id="cc-kb-answer-id"
            )
            self.answer = gr.Textbox(
                label=words["answer"],
                max_length=TEXT,
                lines=2,
                scale=3,
                min_width=260,
                elem_id="cc-kb-answer",
            )
        self.approve = gr.Button(words["approve"], variant="primary", elem_id="cc-kb-approve")
        self.approved = gr.HTML(elem_id="cc-kb-approved")
        self.stock = gr.HTML(elem_id="cc-kb-stock")

    @property
    def outputs(self) -> list[Any]:
        """The outputs of `lists`."""
        return [self.table, self.chosen, self.stock]

    def wire(self, key: gr.Textbox, refresh: Refresh) -> None:
        """`key` holds the operator key; a change of the documents is followed by `refresh`."""
        lists = self.outputs
        adding = self.add.click(
            self.put, [self.files, key], [self.said, self.files, self.add, self.stop], **QUIET
        )
        self.stop.click(self.report_stop, None, [self.said, self.add, self.stop], cancels=[adding], **QUIET)
        self.remove.click(self.confirm, self.chosen, [self.sure, self.really], **QUIET)
        self.no.click(lambda: gr.Group(visible=False), None, self.sure, **QUIET)
        removing = self.yes.click(self.drop, [self.chosen, key], [self.said, self.sure], **QUIET)
        for changed in (adding, removing):
            changed.then(self.lists, None, lists, **QUIET).then(*refresh, **QUIET)
        self.approve.click(
            self.approve_answer, [self.question, self.answer_id, self.answer, self.by, key],
            [self.approved, self.question, self.answer], **QUIET,
        ).then(self.lists, None, lists, **QUIET)  # fmt: skip

    async def lists(self) -> tuple[str, Any, str]:
        stock = render_approvals(self.bench.knowledge.approvals, self.texts)
        try:
            records = await asyncio.to_thread(self.bench.knowledge.documents)
        except CallCenterError as error:
            return self._problem(error), gr.Dropdown(choices=[], value=None), stock
        names = [record.name for record in records]
        return render_documents(records, self.texts), gr.Dropdown(choices=names, value=None), stock

    async def put(self, files: list[str] | None, key: str | None) -> AsyncIterator[tuple[Any, ...]]:
        """Yields (status, files, add, stop). Files stay chosen until all are added, for another try."""
        words, quiet = self.words, (gr.Button(interactive=True), gr.Button(visible=False))
        if not files:
            yield _status(words["no_file"]), gr.skip(), *quiet
            return
        watch = IngestWatch()
        yield (
            render_progress(None, None, self.texts),
            gr.skip(),
            gr.Button(interactive=False),
            gr.Button(visible=True),
        )
        try:
            admit(self.bench.settings, key)
            uploads = [await asyncio.to_thread(_upload, Path(file)) for file in files]
            async for step in add_documents(self.bench.knowledge, uploads):
                if isinstance(step, Embedded):
                    yield render_progress(step, watch.left(step), self.texts), gr.skip(), gr.skip(), gr.skip()
                else:
                    await asyncio.to_thread(_discard, files)
                    yield self._render_added(step), None, *quiet
        except CallCenterError as error:
            yield self._problem(error), gr.skip(), *quiet
        except FileNotFoundError:  # uploads are removed after a while
            yield _status(words["no_file"]), None, *quiet

    def _render_added(self, records: list[DocumentRecord]) -> str:
        lines = [line for record in records for line in (self._line(record), *self._missing(record))]
        return render("knowledge.added", lines=lines, w=self.words)

    def _problem(self, error: CallCenterError) -> str:
        return render("shared.problem", sentence=self.texts.describe_problem(error))

    def _line(self, record: DocumentRecord) -> str:
        now = record.current
        langs = ", ".join(now.langs)
        return str(self.words["added_line"]).format(
            name=record.name, version=now.version, pieces=now.articles, langs=langs
        )

    def _missing(self, record: DocumentRecord) -> list[str]:
        return [describe_left_out(record.name, each, self.texts.language) for each in record.current.left_out]

    def report_stop(self) -> tuple[str, Any, Any]:
        return _status(self.words["stopped"]), gr.Button(interactive=True), gr.Button(visible=False)

    async def confirm(self, name: str | None) -> tuple[Any, str]:
        if not name:
            return gr.Group(visible=True), _status(self.words["remove_none"])
        question = self.words["really"].format(name=name)
        return gr.Group(visible=True), render("knowledge.question", sentence=question)

    async def drop(self, name: str | None, key: str | None) -> tuple[str, Any]:
        try:
            admit(self.bench.settings, key)
            if not name:
                return _status(self.words["remove_none"]), gr.Group(visible=False)
            record = await asyncio.to_thread(self.bench.knowledge.remove, name)
        except CallCenterError as error:
            return self._problem(error), gr.Group(visible=False)
        told = self.words["removed"].format(name=record.name, n=len(record.versions))
        return _status(told), gr.Group(visible=False)

    async def approve_answer(
        self, question: str, article_id: str, text: str, by: str, key: str | None
    ) -> tuple[str, Any, Any]:
        """(status, question, answer): the boxes are emptied on success."""
        words = self.words
        try:
            admit(self.bench.settings, key)
            if not by.strip():
                return _status(words["by_whom"]), gr.skip(), gr.skip()
            if bool(article_id.strip()) == bool(text.strip()):
                return _status(words["one_answer"]), gr.skip(), gr.skip()
            asked = checked(question, QUESTION)
            await asyncio.to_thread(
                self.bench.knowledge.approve, asked, language_of(asked), checked(by, NAME).strip(),
                article_id.strip(), text.strip()[:TEXT],
            )  # fmt: skip
        except CallCenterError as error:
            return self._problem(error), gr.skip(), gr.skip()
        return _status(words["approved"].format(question=asked.strip())), "", ""


def _upload(path: Path) -> Upload:
    return Upload(path.stem, path.name, path.read_bytes())


def _discard(files: list[str]) -> None:
    for file in files:
        Path(file).unlink(missing_ok=True)


def _status(sentence: str) -> str:
    return render("shared.status", sentence=sentence)
