"""CSV of questions and answers, as spreadsheets write it in Russia and elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from app.core import delimited
from app.core.documents import DocumentUnusable, Left, LeftOut, Unusable
from app.engines.knowledge.documents.sections import Read, Section, decoded

_COLUMNS = {
    "question": ("question", "questions", "q", "вопрос", "вопросы"),
    "answer": ("answer", "a", "ответ", "ответы"),
    "agent": ("agent", "агент", "специалист", "отдел"),
    "lang": ("lang", "language", "язык"),
    "id": ("id", "код", "ид"),
}
_NAMES = {theirs: ours for ours, spellings in _COLUMNS.items() for theirs in spellings}


def read_faq(name: str, data: bytes) -> Read:
    """One section a row; several wordings of a question stand in one cell on lines of their own."""
    try:
        sheet = delimited.read(decoded(name, data), _known)
    except delimited.Ill as error:
        raise DocumentUnusable(name, Unusable.CSV, problem=str(error)) from None
    return Read(list(_sections(name, sheet)), list(_left_out(sheet)))


def _sections(name: str, sheet: delimited.DelimitedRows) -> Iterator[Section]:
    columns = [_NAMES.get(_name(cell), "") for cell in sheet.columns]
    if not {"question", "answer"} <= set(columns):
        raise DocumentUnusable(name, Unusable.COLUMNS)
    if twice := next((ours for ours in filter(None, columns) if columns.count(ours) > 1), ""):
        raise DocumentUnusable(name, Unusable.COLUMN_TWICE, column=twice)
    for number, row in sheet.rows:
        if any(cell.strip() for cell in row[len(columns) :]):
            raise DocumentUnusable(name, Unusable.CELLS, row=number)
        cells = {ours: cell.strip() for ours, cell in zip(columns, row, strict=False) if ours}
        if any(cells.values()):
            yield _section(name, number, cells)


def _left_out(sheet: delimited.DelimitedRows) -> Iterator[LeftOut]:
    """Columns that are none of ours, if anything stands in them."""
    others = [at for at, cell in enumerate(sheet.columns) if _name(cell) not in _NAMES]
    filled = [at for at in others if any(cell.strip() for _, row in sheet.rows for cell in row[at : at + 1])]
    if filled:
        yield LeftOut(Left.COLUMNS, ", ".join(sheet.columns[at] or str(at + 1) for at in filled)[:300])


def _section(name: str, number: int, cells: Mapping[str, str]) -> Section:
    questions = [q.strip() for q in cells.get("question", "").split("\n") if q.strip()]
    answer = cells.get("answer", "")
    if not questions or not answer:
        missing = "answer" if questions else "question"
        raise DocumentUnusable(name, Unusable.HALF_ROW, missing=missing, row=number)
    given = {key: cells[key] for key in ("agent", "lang", "id") if cells.get(key)}
    paragraphs = [p.strip() for p in re.split(r"\n\s*\n", answer) if p.strip()]
    return Section((questions[0],), paragraphs, {"questions": questions, **given})


def _known(names: Sequence[str]) -> int:
    """A header of one name is not yet of our columns."""
    return sum(_name(name) in _NAMES for name in names)


def _name(cell: str) -> str:
    return cell.strip().strip('"').strip().casefold()
