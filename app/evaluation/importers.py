"""Labelled messages of others become cases of ours. Nothing leaves the machine."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any

from app.core import durable
from app.core.exceptions import TextUnacceptable
from app.core.similarity import words
from app.core.text import checked, is_blank, language_of
from app.evaluation.cases import Case, CaseTurn
from app.evaluation.tables import ImportFailed, Numbered, cell_of, read_table
from app.evaluation.workbooks import WorkbookNote

__all__ = ["ImportFailed", "Imported", "Importer", "import_rows", "write_set"]

OURS = ("text", "label", "id", "lang", "industry", "tags")
BLANK, REPEATED = "(blank)", "(repeated)"
IMPORTED = "imported"


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """`skipped` counts rows by the label that has no mapping, blank and repeated ones apart."""

    cases: list[Case]
    skipped: dict[str, int]
    problems: list[str]
    notes: list[WorkbookNote] = field(default_factory=list)


@dataclass
class Importer:
    """Takes rows one by one. `lang` None: told by the letters of each text."""

    columns: Mapping[str, str]
    labels: Mapping[str, str]
    _: KW_ONLY
    lang: str | None = None
    industry: str = "general"
    cases: list[Case] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._labels = {theirs.strip().casefold(): ours for theirs, ours in self.labels.items()}
        self._texts: set[str] = set()
        self._ids: set[str] = set()

    def take(self, name: str, numbered: Iterable[Numbered]) -> None:
        for number, row in numbered:
            if isinstance(row, str):
                self.problems.append(f"{name}, line {number}: {row}")
            else:
                self._take(f"{Path(name).stem}-{number:05d}", f"{name}, line {number}", row)

    def _take(self, own_id: str, where: str, row: dict[str, Any]) -> None:
        if nested := self._nested(row):
            self.problems.append(f"{where}: {nested} is not a text")
            return
        text, theirs = self._cell(row, "text"), self._cell(row, "label")
        label = self._labels.get(theirs.casefold())
        if skip := self._reason(text, theirs, label):
            self.skipped[skip] += 1
            return
        try:
            case = self._case(self._cell(row, "id") or own_id, checked(text), label, row)
        except TextUnacceptable as error:
            self.problems.append(f"{where}: {error}")
            return
        if case.id in self._ids:
            self.problems.append(f"{where}: the id {case.id} stands twice")
            return
        self._ids.add(case.id)
        self._texts.add(" ".join(words(text)))
        self.cases.append(case)

    def _reason(self, text: str, theirs: str, label: str | None) -> str:
        if is_blank(text):
            return BLANK
        if label is None:
            return theirs or BLANK
        return REPEATED if " ".join(words(text)) in self._texts else ""

    def _case(self, known: str, text: str, label: str | None, row: dict[str, Any]) -> Case:
        return Case(
            id=known,
            lang=self._cell(row, "lang") or self.lang or language_of(text),
            industry=self._cell(row, "industry") or self.industry,
            tags=self._tags(row),
            origin=IMPORTED,
            turns=[CaseTurn(role="customer", content=text, expected=label, event="start")],
        )

    def _nested(self, row: dict[str, Any]) -> str:
        """Their name of a column that holds a list or an object, tags left out."""
        named = [theirs for ours, theirs in self.columns.items() if ours != "tags"]
        return next((theirs for theirs in named if isinstance(row.get(theirs), list | dict)), "")

    def _cell(self, row: dict[str, Any], ours: str) -> str:
        return cell_of(row, self.columns.get(ours, ""))

    def _tags(self, row: dict[str, Any]) -> list[str]:
        value = row.get(self.columns.get("tags", ""))
        parts = value if isinstance(value, list) else str(value or "").replace(";", ",").split(",")
        return [tag for part in parts if (tag := str(part).strip())]


def import_rows(
    path: Path,
    columns: Mapping[str, str],
    labels: Mapping[str, str],
    lang: str | None = None,
    industry: str = "general",
    encoding: str | None = None,
) -> Imported:
    """`columns` maps ours (text, label, id, lang, industry, tags) to theirs, `labels` theirs to ours.

    Raises ImportFailed for a file that cannot be read at all.
    """
    if strange := set(columns) - set(OURS):
        raise ImportFailed(path.name, f"columns are {', '.join(OURS)}, not {', '.join(sorted(strange))}")
    if missing := {"text", "label"} - set(columns):
        raise ImportFailed(path.name, f"no column is named for {' and '.join(sorted(missing, reverse=True))}")
    importer = Importer(columns, labels, lang=lang, industry=industry)
    table = read_table(path, [*columns.values()], encoding)
    importer.take(path.name, table.rows)
    return Imported(
        cases=importer.cases,
        skipped=dict(importer.skipped),
        problems=importer.problems,
        notes=table.notes,
    )


def write_set(cases: Iterable[Case], path: Path) -> None:
    """One case a line, readable by `read_set`; the file is replaced as a whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    durable.write(path, "".join(json.dumps(_short_form(c), ensure_ascii=False) + "\n" for c in cases))


def _short_form(case: Case) -> dict[str, Any]:
    row = case.model_dump(exclude_none=True, exclude_defaults=True)
    head = {"id": case.id, "lang": case.lang, "industry": case.industry, "tags": case.tags}
    only = case.turns[0]
    if len(case.turns) > 1 or only.event != "start" or only.agent:
        return {**head, **row}
    del row["turns"]
    answers = {"acceptable": only.acceptable} if len(only.acceptable) > 1 else {}
    return {**head, **row, "text": only.content, "label": only.expected, **answers}
