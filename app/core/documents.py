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

    FORMAT = "is of no format that can be read; these can: {known}"
    LARGE = "is larger than {limit} MB; split it and add the parts"
    EMPTY = "is empty; there is nothing to add"
    PICTURES = "holds no text, only pictures; run text recognition (OCR) over it first"
    NO_TEXT = "holds no text; there is nothing to add"
    ID_TAKEN = "has the article {id}, which the document {other} holds already; give it another id or --name"
    WORD_LOCKED = "is protected by a password or in the old .doc format; save it as .docx without a password"
    LOCKED = "is protected by a password; save it without one and add it again"
    NOT_WORD = "is not a Word document; save it as .docx and add it again"
    WORD_DAMAGED = "is a damaged Word document; open it in Word and save it again"
    UNPACKS = "unpacks to more than {limit} MB; take the pictures out, or split it"
    NOT_PDF = "is not a PDF, though it is named so; export it again as PDF"
    PDF_DAMAGED = "is a damaged PDF; export it again"
    NESTED = (
        "nests its elements deeper than a document does; save it anew, or as another format, and add it again"
    )
    LETTERS = "holds letters that only the eye can tell; run text recognition (OCR) over it first"
    PAGES = "has more than {limit} pages; split it and add the parts"
    NOT_TEXT = "is not text; save it as UTF-8 and add it again"
    ENCODING = "is in an encoding that cannot be told for sure; save it as UTF-8 and add it again"
    LINE = "has letters in line {line} that are not of its encoding; mend that line and add it again"
    FRONT_MATTER = "has a front matter that is not YAML with plain fields; mend or remove it"
    QUESTIONS = "has `questions` in its front matter that are no list of texts; mend them"
    COLUMNS = "has no columns question and answer (вопрос, ответ); name them in the first line"
    COLUMN_TWICE = "has two columns that mean {column}; leave one of them"
    CELLS = "has more cells than columns in row {row}; put quotes around what holds the delimiter"
    HALF_ROW = "has no {missing} in row {row}; fill it in, or delete the row"
    CSV = "is not a sound CSV ({problem}); save it from the spreadsheet again"
    PIECES = "makes more than {limit} pieces; split it and add the parts"
    BAD_ID = "has the id {id!r}; ids are letters, figures, - and _"
    ID_TWICE = "has the id {id} twice; every id stands once a language"
    LANGUAGE = "has the language {lang!r}; give two letters such as ru or en"
    SLOW = "takes longer to read than a file of its size may; split it and add the parts"
    MEMORY = "takes more memory to read than a file may; split it and add the parts"
    CRASH = "cannot be read: its reader failed; save it anew, or in another format, and add it again"
    AGENT = "names the agent {agent!r}; agents are {known}"


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
    Left.HIDDEN: "text that the page hides is left out (lines {where})",
    Left.HIDDEN_WORDS: "hidden text is left out (in {where} places)",
    Left.FRAME: "menus and the footer of the page are left out (lines {where})",
    Left.PICTURES: "pages without text are left out ({where}); run text recognition (OCR) over them",
    Left.LETTERS: "pages whose letters cannot be told are left out ({where}); run text recognition over them",
    Left.MARGINS: "headers and footers of the pages are left out ({where})",
    Left.OBJECTS: "charts, diagrams and embedded files are left out ({where})",
    Left.COMMENTS: "comments in the margin are left out ({where})",
    Left.COLUMNS: "columns that mean nothing here are left out ({where})",
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
