"""The figures as a table for a spreadsheet, in words and numbers of the page's language."""

from __future__ import annotations

import csv
from io import StringIO

from app.evaluation.exports import cell
from app.services.analytics.views import Figures, rows_of
from app.ui.analytics.tables import Titles
from app.ui.words import RoomTexts, language_name

SEPARATORS = {"ru": ";"}
"""Between cells, as spreadsheets of that language read them; elsewhere a comma."""
DIGITS = 4


def to_sheet(figures: Figures, texts: RoomTexts, titles: Titles) -> str:
    """With a byte order mark, so that spreadsheets read Cyrillic; formulas are neutralised."""
    out, words = StringIO(), texts.words["sheet"]
    separator = SEPARATORS.get(texts.language, ",")
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerow(words["columns"])
    for table, name, figure, *values in rows_of(figures):
        named = _name(str(table), str(name), str(figure), texts, titles)
        told = words["figures"].get(str(figure), language_name(str(figure), texts.language))
        row = [words["tables"][table], named, told, *(_number(value, separator) for value in values)]
        writer.writerow(cell(value) for value in row)
    return "\ufeff" + out.getvalue()


def _number(value: object, separator: str) -> object:
    """Decimals are set off with a comma where cells are not."""
    if not isinstance(value, float):
        return value
    written = f"{value:.{DIGITS}f}".rstrip("0").rstrip(".") or "0"
    return written if separator == "," else written.replace(".", ",")


def _name(table: str, name: str, figure: str, texts: RoomTexts, titles: Titles) -> str:
    """Of a row: an agent, a stage, an action, an article or a language by its title."""
    if table in ("answered", "agent"):
        return texts.agent(name)
    if table == "language":
        return language_name(name, texts.language)
    if table == "source":
        return str(texts.words["sources"].get(name, name))
    if table == "called":
        return str(texts.words["reasons"][name])
    if figure == "none":
        return str(texts.words["no_topic"])
    topic = table in ("topic", "called_topic")
    if table == "tool" or (topic and figure == "action"):
        return str(texts.words["tools"].get(name, name))
    return titles.get(name, name) if topic else name
