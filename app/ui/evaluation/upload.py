"""Uploading a set: file, columns, labels, preview, import.

What would be taken of an uploaded table.
"""

from __future__ import annotations

import asyncio
import re
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from app.core.documents import LARGEST_FILE
from app.core.exceptions import CallCenterError
from app.services.evaluation import uploads
from app.services.evaluation.uploads import SHOWN, Preview, UploadRow
from app.ui.evaluation.marks import agent, good, said, table
from app.ui.evaluation.panel import EvaluationPanel
from app.ui.format import number
from app.ui.room import empty


def preview(seen: Preview, language: str) -> str:
    """Rows that are left out stand first."""
    words = said(language)
    counted = words["counted"].format(
        taken=number(seen.counts["taken"], language), all=number(seen.counts.total(), language)
    )
    others = [(status, n) for status, n in seen.counts.most_common() if status != "taken"]
    left_out = "".join(
        f"<li>{escape(words['statuses'][status])}: {number(n, language)}</li>" for status, n in others
    )
    formulas = (
        f"<p>{escape(words['formulas'].format(n=number(seen.formulas, language)))}</p>"
        if seen.formulas
        else ""
    )
    notes = "".join(f"<p>{escape(words['notes'][n.kind].format(**n.told))}</p>" for n in seen.notes)
    ordered = sorted(seen.rows, key=lambda row: (row.status == "taken", row.number))
    head = [words["row"], words["message"], words["theirs"], words["becomes"]]
    shown = table(head, ([*_row(row, language)] for row in ordered), "ev-rows")
    note = words["rows_shown"].format(n=SHOWN)
    return (
        f'<p role="status"><b>{escape(counted)}</b></p><ul class="ev-out">{left_out}</ul>'
        f"{formulas}{notes}{shown}"
        f'<p class="ev-note">{escape(note)}</p>'
    )


def _row(row: UploadRow, language: str) -> tuple[str, str, str, str]:
    left_out = f"✗ {escape(said(language)['statuses'][row.status])}"
    becomes = agent(row.label, language) if row.status == "taken" else left_out
    return str(row.number), escape(row.text), escape(row.theirs), becomes


COLUMNS = ("text", "label", "id", "lang", "tags")


class Uploading(EvaluationPanel):
    def build(self) -> None:
        words = self.words
        with gr.Accordion(words["upload"], open=False, elem_id="cc-eval-upload"):
            gr.HTML(f'<p class="ev-note">{words["upload_help"].format(limit=LARGEST_FILE >> 20)}</p>')
            self.file = gr.File(label=words["file"], height=120, elem_id="cc-eval-file")
            self.problem_said = gr.HTML("", elem_id="cc-eval-problem")
            with gr.Column(visible=False, elem_id="cc-eval-mapping") as self.mapping:
                self._mapping()
            self.done = gr.HTML("", elem_id="cc-eval-imported")
            self.chosen = gr.State([])

    def _mapping(self) -> None:
        words = self.words
        gr.HTML(f'<h3 class="ev-title">{words["columns"]}</h3>')
        with gr.Row():
            self.columns = [
                gr.Dropdown([], label=words["column"][ours], min_width=150, elem_id=f"cc-eval-col-{ours}")
                for ours in COLUMNS
            ]
        gr.HTML(f'<h3 class="ev-title">{words["labels"]}</h3><p class="ev-note">{words["labels_help"]}</p>')
        with gr.Row():
            self.meanings = [
                gr.Dropdown(
                    [], label=words["labels_of"].format(agent=shown), multiselect=True, min_width=220,
                    elem_id=f"cc-eval-means-{agent}",
                )
                for shown, agent in self.named_agents
            ]  # fmt: skip
        with gr.Row(equal_height=False):
            self.look = gr.Button(words["preview"], scale=0, min_width=140, elem_id="cc-eval-look")
            self.name = gr.Textbox(label=words["set_name"], max_length=60, elem_id="cc-eval-name")
            self.keep = gr.Button(
                words["import"], variant="primary", scale=0, min_width=180, elem_id="cc-eval-import"
            )
        self.seen = gr.HTML("", elem_id="cc-eval-preview")

    @property
    def asked(self) -> list[Any]:
        """What `rows` takes."""
        return [self.file, *self.columns, *self.meanings]

    @property
    def taken(self) -> list[Any]:
        """What `take` changes; `chosen` are the sets to run next."""
        return [self.done, self.seen, self.file, self.mapping, self.chosen]

    @property
    def profiled(self) -> list[Any]:
        return [
            self.problem_said, self.mapping, self.seen, self.done, self.name, *self.columns, *self.meanings,
        ]  # fmt: skip

    async def profile(self, key: str, file: str | None) -> dict[Any, Any]:
        """What the file holds, or a sentence why it cannot be used."""
        self.admit(key)
        blank = {self.seen: "", self.done: "", self.problem_said: "", self.mapping: gr.update(visible=False)}
        if not file:
            return blank
        path = Path(file)
        try:
            found = await asyncio.to_thread(uploads.profile, path)
            labels = await self._labels(file, found.guessed["label"])
        except CallCenterError as error:
            return {**blank, self.problem_said: self._bad(error)}
        none = (self.words["no_column"], "")
        choices = [(column, column) for column in found.columns]
        guessed = {
            box: gr.update(
                choices=choices if ours in ("text", "label") else [none, *choices], value=found.guessed[ours]
            )
            for ours, box in zip(COLUMNS, self.columns, strict=True)
        }
        name = re.sub(r"[^\w.-]+", "_", path.stem).strip("._")[:60]
        return {**blank, **guessed, **labels, self.name: name, self.mapping: gr.update(visible=True)}

    async def relabel(self, key: str, file: str | None, column: str | None) -> dict[Any, Any]:
        """Another label column has other labels."""
        self.admit(key)
        if not file or not column:
            return {self.seen: ""}
        try:
            return {self.seen: "", **await self._labels(file, column)}
        except CallCenterError as error:
            return {self.seen: self._bad(error)}

    async def _labels(self, file: str, column: str) -> dict[Any, Any]:
        theirs = await asyncio.to_thread(uploads.labels_of, Path(file), column)
        guessed = uploads.guess_labels(theirs, self.bench.agents)
        return {
            box: gr.update(choices=theirs, value=guessed[agent])
            for agent, box in zip(self.bench.agents, self.meanings, strict=True)
        }

    async def rows(self, key: str, file: str | None, *chosen: Any) -> str:
        self.admit(key)
        if not file:
            return ""
        try:
            return preview(await self._preview(file, chosen), self.language)
        except CallCenterError as error:
            return self._bad(error)

    async def take(
        self, key: str, name: str, sets: list[str] | None, file: str | None, *chosen: Any
    ) -> dict[Any, Any]:
        """What was uploaded is in the set then, and goes."""
        self.admit(key)
        if not file:
            return {self.done: ""}
        try:
            seen = await self._preview(file, chosen)
            kept = await asyncio.to_thread(uploads.keep, self.desk.shelf, (name or "").strip(), seen.cases)
        except CallCenterError as error:
            raise self.refused(error) from None
        await asyncio.to_thread(Path(file).unlink, missing_ok=True)
        told = self.words["imported"].format(
            n=number(len(seen.cases), self.language), key=kept.rpartition("/")[2]
        )
        return {
            self.done: good(told),
            self.seen: "",
            self.file: None,
            self.mapping: gr.update(visible=False),
            self.chosen: [*(sets or []), kept],
        }

    async def _preview(self, file: str, chosen: tuple[Any, ...]) -> Preview:
        columns = dict(zip(COLUMNS, chosen[: len(COLUMNS)], strict=True))
        meanings = zip(self.bench.agents, chosen[len(COLUMNS) :], strict=True)
        labels = {theirs: ours for ours, many in meanings for theirs in many or []}
        named = {ours: theirs for ours, theirs in columns.items() if theirs}
        return await asyncio.to_thread(uploads.preview, Path(file), named, labels)

    def _bad(self, error: CallCenterError) -> str:
        return empty(self.words["file_bad"].format(problem=self.sentence(error)))
