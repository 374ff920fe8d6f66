"""What every reader of documents needs, and no more: it loads in each process that reads one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Literal

from app.core.exceptions import CallCenterError

Format = Literal["markdown", "html", "pdf", "docx", "csv"]
Watch = Callable[[], None]
"""Called again and again while something long runs; may raise to end it."""

LARGEST_FILE = 20 * 2**20  # bytes


def onward() -> None:
    """Nobody may stop it."""


class Unusable(Enum):
    """What may be wrong with a document, and what to do; the file's name stands before it."""

    FORMAT = "has a format that cannot be read; supported formats: {known}"
    LARGE = "is larger than {limit} MB; split it and add the parts"
    EMPTY = "is empty; there is nothing to add"
    PICTURES = "contains no text, only pictures; run text recognition (OCR) on it first"
    NO_TEXT = "contains no text; there is nothing to add"
    ID_TAKEN = (
        "has the article {id}, which the document {other} already contains; choose another id or --name"
    )
    WORD_LOCKED = "is protected by a password or in the old .doc format; save it as .docx without a password"
    LOCKED = "is protected by a password; save it without one and add it again"
    NOT_WORD = "is not a Word document; save it as .docx and add it again"
    WORD_DAMAGED = "is a damaged Word document; open it in Word and save it again"
    UNPACKS = "unpacks to more than {limit} MB; remove the pictures, or split it"
    NOT_PDF = "is not a PDF despite its name; export it again as PDF"
    PDF_DAMAGED = "is a damaged PDF; export it again"
    NESTED = "nests its elements too deeply; save it again, or in another format, and add it again"
    LETTERS = "has letters without a character map; run text recognition (OCR) on it first"
    PAGES = "has more than {limit} pages; split it and add the parts"
    NOT_TEXT = "is not text; save it as UTF-8 and add it again"
    ENCODING = "is in an encoding that cannot be determined; save it as UTF-8 and add it again"
    LINE = "has characters in line {line} that do not fit its encoding; correct that line and add it again"
    FRONT_MATTER = "has front matter that is not YAML with plain fields; correct or remove it"
    QUESTIONS = "has `questions` in its front matter that are not a list of texts; correct them"
    COLUMNS = "has no columns question and answer (вопрос, ответ); name them in the first line"
    COLUMN_TWICE = "has two columns for {column}; keep one of them"
    CELLS = "has more cells than columns in row {row}; put quotes around what holds the delimiter"
    HALF_ROW = "has no {missing} in row {row}; fill it in, or delete the row"
    CSV = "is not a valid CSV ({problem}); save it from the spreadsheet again"
    PIECES = "makes more than {limit} pieces; split it and add the parts"
    BAD_ID = "has the id {id!r}; ids consist of letters, digits, - and _"
    ID_TWICE = "has the id {id} twice; an id may occur once per language"
    LANGUAGE = "has the language {lang!r}; use two letters such as ru or en"
    SLOW = "takes too long to read for its size; split it and add the parts"
    MEMORY = "takes too much memory to read; split it and add the parts"
    CRASH = "cannot be read: the reader failed; save it again, or in another format, and add it again"
    AGENT = "names the agent {agent!r}; known agents: {known}"


class Left(StrEnum):
    """What of a document is not kept, for people who may miss it."""

    HIDDEN = "hidden"
    HIDDEN_WORDS = "hidden_words"
    FRAME = "frame"
    PICTURES = "pictures"
    LETTERS = "letters"
    MARGINS = "margins"
    OBJECTS = "objects"
    COMMENTS = "comments"
    COLUMNS = "columns"


LEFT_OUT = {
    Left.HIDDEN: "hidden text of the page was left out (lines {where})",
    Left.HIDDEN_WORDS: "hidden text was left out (in {where} places)",
    Left.FRAME: "menus and the footer of the page were left out (lines {where})",
    Left.PICTURES: "pages without text were left out ({where}); run text recognition (OCR) on them",
    Left.LETTERS: "pages without a character map were left out ({where}); run text recognition (OCR) on them",
    Left.MARGINS: "headers and footers were left out ({where})",
    Left.OBJECTS: "charts, diagrams and embedded files were left out ({where})",
    Left.COMMENTS: "comments in the margin were left out ({where})",
    Left.COLUMNS: "unknown columns were left out ({where})",
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """`where`: numbers of lines or pages, a count, or words of it."""

    kind: Left
    where: str

    def __str__(self) -> str:
        return LEFT_OUT[self.kind].format(where=self.where)


class DocumentUnusable(CallCenterError):
    """`fields` fill the blanks of `kind`, in our sentence and in those of other languages."""

    status = 422
    code = "document_unusable"

    def __init__(self, file: str, kind: Unusable, **fields: object) -> None:
        super().__init__(f"{file} {kind.value.format(**fields)}.")
        self.file, self.kind, self.fields = file, kind, fields
