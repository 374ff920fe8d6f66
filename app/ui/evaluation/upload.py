"""The upload of a set: file, columns, labels, preview, import."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from app.core.documents import LARGEST_FILE
from app.core.exceptions import CallCenterError
from app.services.evaluation import uploads
from app.services.evaluation.uploads import SHOWN, Preview, UploadRow
from app.ui.evaluation.panel import EvaluationPanel
from app.ui.evaluation.rows import EvaluationTexts
from app.ui.room import render


@dataclass(frozen=True)
class PreviewRow:
    """`label` is None where the row is left out; then `status` says why."""

    number: int
    text: str
    theirs: str
    label: str | None
    status: str


def render_preview(seen: Preview, texts: EvaluationTexts) -> str:
    """Rows that are left out stand first."""
    words, counts = texts.words, seen.counts
    counted = words["counted"].format(taken=texts.number(counts["taken"]), all=texts.number(counts.total()))
    left_out = [
        (words["statuses"][status], texts.number(n))
        for status, n in counts.most_common()
        if status != "taken"
    ]
    formulas = [words["formulas"].format(n=texts.number(seen.formulas))] if seen.formulas else []
    shown = {
        "counted": counted,
        "left_out": left_out,
        "notes": formulas + [words["notes"][note.kind].format(**note.told) for note in seen.notes],
        "rows": [_row(row, texts) for row in sorted(seen.rows, key=_order)],
        "shown": words["rows_shown"].format(n=SHOWN),
    }
    return render("evaluation.preview", p=shown, t=texts)


def _order(row: UploadRow) -> tuple[bool, int]:
    return row.status == "taken", row.number


def _row(row: UploadRow, texts: EvaluationTexts) -> PreviewRow:
    taken = row.status == "taken"
    status = "" if taken else texts.words["statuses"][row.status]
    return PreviewRow(row.number, row.text, row.theirs, row.label if taken else None, status)


COLUMNS = ("text", "label", "id", "lang", "tags")


class UploadPanel(EvaluationPanel):
    def build(self) -> None:
        words = self.words
        with gr.Accordion(words["upload"], open=False, elem_id="cc-eval-upload"):
            gr.HTML(render("evaluation.help", sentence=words["upload_help"].format(limit=LARGEST_FILE >> 20)))
            self.file = gr.File(label=words["file"], height=120, elem_id="cc-eval-file")
            self.problem_note = gr.HTML("", elem_id="cc-eval-problem")
            with gr.Column(visible=False, elem_id="cc-eval-mapping") as self.mapping:
                self._mapping()
            self.done = gr.HTML("", elem_id="cc-eval-imported")
            self.chosen = gr.State([])

    def _mapping(self) -> None:
        words = self.words
        gr.HTML(render("evaluation.title", text=words["columns"]))
        with gr.Row():
            self.columns = [
                gr.Dropdown([], label=words["column"][ours], min_width=150, elem_id=f"cc-eval-col-{ours}")
                for ours in COLUMNS
            ]
        gr.HTML(render("evaluation.title", text=words["labels"], note=words["labels_help"]))
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
    def preview_inputs(self) -> list[Any]:
        """The inputs of `rows`."""
        return [self.file, *self.columns, *self.meanings]

    @property
    def import_outputs(self) -> list[Any]:
        """The outputs of `take`; `chosen` are the sets to run next."""
        return [self.done, self.seen, self.file, self.mapping, self.chosen]

    @property
    def profile_outputs(self) -> list[Any]:
        return [
            self.problem_note, self.mapping, self.seen, self.done, self.name, *self.columns, *self.meanings,
        ]  # fmt: skip

    async def profile(self, key: str, file: str | None) -> dict[Any, Any]:
        """The columns and labels of the file, or why it cannot be used."""
        self.admit(key)
        blank = {self.seen: "", self.done: "", self.problem_note: "", self.mapping: gr.update(visible=False)}
        if not file:
            return blank
        path = Path(file)
        try:
            found = await asyncio.to_thread(uploads.profile, path)
            labels = await self._labels(file, found.guessed["label"])
        except CallCenterError as error:
            return {**blank, self.problem_note: self._refusal(error)}
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
            return {self.seen: self._refusal(error)}

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
            return render_preview(await self._preview(file, chosen), self.texts)
        except CallCenterError as error:
            return self._refusal(error)

    async def take(
        self, key: str, name: str, sets: list[str] | None, file: str | None, *chosen: Any
    ) -> dict[Any, Any]:
        """Imports the set and deletes the uploaded file."""
        self.admit(key)
        if not file:
            return {self.done: ""}
        try:
            seen = await self._preview(file, chosen)
            kept = await asyncio.to_thread(uploads.keep, self.desk.shelf, (name or "").strip(), seen.cases)
        except CallCenterError as error:
            raise self.refuse(error) from None
        await asyncio.to_thread(Path(file).unlink, missing_ok=True)
        sentence = self.words["imported"].format(
            n=self.texts.number(len(seen.cases)), key=kept.rpartition("/")[2]
        )
        return {
            self.done: render("evaluation.done", sentence=sentence),
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

    def _refusal(self, error: CallCenterError) -> str:
        sentence = self.words["file_bad"].format(problem=self.describe_problem(error))
        return render("shared.empty", sentence=sentence)
