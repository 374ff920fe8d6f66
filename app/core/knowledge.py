"""The team's library of documents: its values, what is expected of it, and what can go wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Literal, Protocol

from pydantic import BaseModel, Field

from app.core.exceptions import CallCenterError
from app.core.models import Article
from app.core.ports import KnowledgeBase, Vectors

Format = Literal["markdown", "html", "pdf", "docx", "csv"]
Tell = Callable[[int, int], None]
"""Told (done, of how many) while something long runs."""
Embed = Callable[[str], Vectors]
Shelves = Mapping[tuple[str, str], Article]
"""Articles by (language, id)."""


LARGEST_FILE = 20 * 2**20  # bytes


def silent(done: int, total: int) -> None:
    """Nobody watches."""


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
    PAGES = "has more than {limit} pages; split it and add the parts"
    NOT_TEXT = "is not text; save it as UTF-8 and add it again"
    FRONT_MATTER = "has a front matter that is not YAML; mend or remove it"
    QUESTIONS = "has `questions` in its front matter that are no list of texts; mend them"
    COLUMNS = "has no columns question and answer (вопрос, ответ); name them in the first line"
    CELLS = "has more cells than columns in row {row}; put quotes around what holds the delimiter"
    HALF_ROW = "has no {missing} in row {row}; fill it in, or delete the row"
    CSV = "is not a sound CSV ({problem}); save it from the spreadsheet again"
    BAD_ID = "has the id {id!r}; ids are letters, figures, - and _"
    ID_TWICE = "has the id {id} twice; every id stands once a language"
    LANGUAGE = "has the language {lang!r}; give two letters such as ru or en"
    AGENT = "names the agent {agent!r}; agents are {known}"


class DocumentUnusable(CallCenterError):
    """`fields` fill the blanks of `kind`, in our sentence and in those of other languages."""

    status = 422
    code = "document_unusable"

    def __init__(self, file: str, kind: Unusable, **fields: object) -> None:
        super().__init__(f"{file} {kind.value.format(**fields)}.")
        self.file, self.kind, self.fields = file, kind, fields


class DocumentNotFound(CallCenterError):
    status = 404
    code = "document_not_found"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no document {name}; see `call-center kb list`.")


class ArticleNotFound(CallCenterError):
    status = 404
    code = "article_not_found"

    def __init__(self, article_id: str) -> None:
        super().__init__(f"There is no article {article_id}.")


class ApprovalRefused(CallCenterError):
    """Only typical questions may be answered without looking at who asks."""

    status = 422
    code = "approval_refused"


class LibraryDamaged(CallCenterError):
    """A file of KNOWLEDGE_STORAGE cannot be read; nothing in it was changed."""

    status = 503
    code = "library_damaged"

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(f"{file} of the knowledge storage cannot be used: {problem}.")


class LibraryUnavailable(CallCenterError):
    status = 503
    code = "library_unavailable"
    retry_after = 5

    def __init__(self, problem: str) -> None:
        super().__init__(f"The knowledge storage cannot be changed ({problem}); nothing was.")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came; `name` is what it is known by, `file` tells the format by its ending.

    `agent` and `lang` stand for all of it; without them each piece gets its own.
    """

    name: str
    file: str
    data: bytes
    agent: str | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read: its pieces as articles."""

    upload: Upload
    format: Format
    articles: list[Article]


class DocumentVersion(BaseModel):
    """`digest` is the SHA-256 of the file; `articles` counts its pieces."""

    version: int
    file: str
    format: Format
    added: datetime
    digest: str
    articles: int
    langs: list[str] = Field(default_factory=list)


class DocumentRecord(BaseModel):
    """`versions` in the order they were added; the last one is searched."""

    name: str
    versions: list[DocumentVersion] = Field(min_length=1)

    @property
    def current(self) -> DocumentVersion:
        return self.versions[-1]


class Approval(BaseModel):
    """An answer that a person stands for: an article's, or `text` of one's own."""

    question: str
    lang: str
    article_id: str = ""
    text: str = ""
    by: str
    approved: datetime


class Approved(BaseModel):
    """The answer to a typical question; `article_id` is empty where the text is a person's own."""

    article_id: str
    text: str
    lang: str
    score: float


@dataclass(frozen=True, slots=True)
class Index:
    """What is searched at one moment, as one value.

    `phrased` are centred unit vectors of the approved questions, one row each; `embed` makes one of a text.
    """

    base: KnowledgeBase
    articles: Shelves
    approvals: Sequence[Approval] = ()
    phrased: Vectors | None = None
    embed: Embed | None = None


class Library(Protocol):
    """Documents and approvals of a team, and the index over them. Every call blocks."""

    def stamp(self) -> object:
        """Cheap; another value after every change, whoever made it."""
        ...

    def index(self) -> Index:
        """CPU-bound, seconds. Raises LibraryDamaged."""
        ...

    def read(self, upload: Upload) -> Document:
        """Raises DocumentUnusable; keeps nothing."""
        ...

    def add(self, documents: Sequence[Document], tell: Tell) -> list[DocumentRecord]:
        """All of them or none; durable when it returns. `tell` counts phrases that are embedded."""
        ...

    def records(self) -> list[DocumentRecord]: ...

    def remove(self, name: str) -> DocumentRecord:
        """With all its versions. Raises DocumentNotFound."""
        ...

    def approve(self, approval: Approval) -> None: ...
