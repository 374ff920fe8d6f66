"""The team's library of documents: its values, what is expected of it, and what can go wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, Field

from app.core.documents import Format, LeftOut, Watch, onward
from app.core.exceptions import CallCenterError
from app.core.models import Article
from app.core.ports import KnowledgeBase, Vectors

Tell = Callable[[int, int], None]
"""Told (done, of how many) while something long runs."""
Embed = Callable[[str], Vectors]
Shelves = Mapping[tuple[str, str], Article]
"""Articles by (language, id)."""


def silent(done: int, total: int) -> None:
    """Nobody watches."""


class DocumentNotFound(CallCenterError):
    status = 404
    code = "document_not_found"

    def __init__(self, name: str) -> None:
        super().__init__(f"Document {name} does not exist; see `call-center kb list`.")


class ArticleNotFound(CallCenterError):
    status = 404
    code = "article_not_found"

    def __init__(self, article_id: str) -> None:
        super().__init__(f"Article {article_id} does not exist.")


class ApprovalRefused(CallCenterError):
    """Only typical questions may be answered without looking at who asks."""

    status = 422
    code = "approval_refused"


class ApprovedAnswerNotFound(CallCenterError):
    status = 404
    code = "approved_answer_not_found"

    def __init__(self) -> None:
        super().__init__("This approved answer does not exist any more.")


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
        super().__init__(f"The knowledge storage cannot be changed ({problem}); nothing was changed.")


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
    """A file that was read: its pieces as articles, and what of it is in none of them."""

    upload: Upload
    format: Format
    articles: list[Article]
    left_out: list[LeftOut] = field(default_factory=list)


class DocumentVersion(BaseModel):
    """`digest` is the SHA-256 of the file; `articles` counts its pieces."""

    version: int
    file: str
    format: Format
    added: datetime
    digest: str
    articles: int
    langs: list[str] = Field(default_factory=list)
    left_out: list[LeftOut] = Field(default_factory=list)


class DocumentRecord(BaseModel):
    """`versions` in the order they were added; the last one is searched."""

    name: str
    versions: list[DocumentVersion] = Field(min_length=1)

    @property
    def current(self) -> DocumentVersion:
        return self.versions[-1]


class ApprovedAnswer(BaseModel):
    """An answer that a person stands for: an article's, or `text` of one's own."""

    question: str
    lang: str
    article_id: str = ""
    text: str = ""
    by: str
    approved: datetime

    @property
    def key(self) -> tuple[str, str]:
        """There is one answer to a question in a language."""
        return self.lang, self.question.casefold()


class Approved(BaseModel):
    """The answer to a typical question; `article_id` is empty where the text is a person's own."""

    article_id: str
    text: str
    lang: str
    score: float


@dataclass(frozen=True, slots=True)
class KnowledgeIndex:
    """What is searched at one moment, as one value.

    `phrased` are centred unit vectors of the approved questions, one row each; `embed` makes one of a text.
    """

    base: KnowledgeBase
    articles: Shelves
    approvals: Sequence[ApprovedAnswer] = ()
    phrased: Vectors | None = None
    embed: Embed | None = None


class LiveIndex(KnowledgeBase, Protocol):
    """What is searched now; `refresh` puts a new index in its place."""

    @property
    def articles(self) -> Shelves: ...

    @property
    def approvals(self) -> Sequence[ApprovedAnswer]: ...

    def find_approved(self, question: str, lang: str) -> Approved | None:
        """A person's answer to a typical question, where the match is near certain. CPU-bound."""
        ...

    def needs_person(self, article: Article) -> bool:
        """Such an article cannot be an approved answer."""
        ...

    def is_current(self) -> bool: ...

    def refresh(self) -> None:
        """CPU-bound, seconds. Raises LibraryDamaged."""
        ...


class Library(Protocol):
    """Documents and approvals of a team, and the index over them. Every call blocks."""

    def stamp(self) -> object:
        """Cheap; another value after every change, whoever made it."""
        ...

    def index(self) -> KnowledgeIndex:
        """CPU-bound, seconds. Raises LibraryDamaged."""
        ...

    def read(self, upload: Upload, watch: Watch = onward) -> Document:
        """Keeps nothing. What `watch` raises ends it. Raises DocumentUnusable and IsolationBusy."""
        ...

    def add(self, documents: Sequence[Document], tell: Tell) -> list[DocumentRecord]:
        """All of them or none; durable when it returns. `tell` counts phrases that are embedded."""
        ...

    def records(self) -> list[DocumentRecord]: ...

    def remove(self, name: str) -> DocumentRecord:
        """With all its versions. Raises DocumentNotFound."""
        ...

    def approve(self, approval: ApprovedAnswer, instead: ApprovedAnswer | None = None) -> None:
        """In place of the one with the same key, and of `instead`."""
        ...

    def withdraw(self, approval: ApprovedAnswer) -> None:
        """Raises ApprovedAnswerNotFound."""
        ...
